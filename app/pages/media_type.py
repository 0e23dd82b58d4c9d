"""Media types of the files a site may publish, by the ending of their names."""

IMAGE_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "avif": "image/avif",
    "gif": "image/gif",
    "svg": "image/svg+xml",
}
OTHER_TYPES = {
    "pdf": "application/pdf",
    "epub": "application/epub+zip",
    "zip": "application/zip",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "woff2": "font/woff2",
    "ico": "image/x-icon",
}


def image_type(name: str) -> str:
    """The type of an image by its name; anything else is plain bytes."""
    return IMAGE_TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def media_type(name: str) -> str:
    """The type of a file by its name; unknown ones are plain bytes."""
    ending = name.rpartition(".")[2].lower()
    return IMAGE_TYPES.get(ending) or OTHER_TYPES.get(ending, "application/octet-stream")
