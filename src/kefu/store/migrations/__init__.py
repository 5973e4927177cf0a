"""The steps by which a database of an older kefu becomes one of this kefu; Alembic reads them."""
