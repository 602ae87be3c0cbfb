"""The registry: the only room that speaks SQL, and the store of media files beside it.

Start at :class:`circletake_registry.registry.Registry`: each of its parts (``takes``,
``media``, ``analyses``, ``pairs``, ``versions``, ``events``, ``stacks``, ``cuts``, ``exports``,
``jobs``) is one module that takes and returns the frozen values of :mod:`circletake.model`.
``tables`` holds the schema, ``engine`` the connection rules of SQLite, ``schema`` creating and
upgrading, ``media_store`` the files.
"""
