"""A program under test in its smallest form: it holds the caller's side of kefu's calls over HTTP.

    python agent.py 8765

kefu POSTs the call so far and wants the next thing to say. Put your own agent
in the place of ``reply``; everything else is the contract. Only the standard
library is used.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LINES = [
    "您好，请问现在方便说两句吗？我这边做个简短的回访。",
    "最近使用下来，有没有遇到什么不方便的地方？",
    "好的，您说的我记下来了。还有别的需要我们改进的吗？",
]


def reply(call):
    """What to say next, and whether to hang up after it; ``call["turns"]`` is the talk so far."""
    own = sum(turn["speaker"] == call["side"] for turn in call["turns"])
    heard = call["turns"][-1]["text"] if call["turns"] else ""
    if own >= len(LINES) or any(word in heard for word in ("不需要", "没空", "再见", "别打")):
        return {"text": "好的，打扰您了，祝您生活愉快，再见。", "hang_up": True, "reason": "completed"}
    return {"text": LINES[own], "hang_up": False}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(reply(call), ensure_ascii=False).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8765
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
