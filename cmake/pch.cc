// Exists so that the shared precompiled header has a translation unit of its own.
