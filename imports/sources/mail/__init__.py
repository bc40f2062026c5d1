"""Reader of mail: mbox files, plain or gzipped, become a neutral form.

Two passes, one mail in memory at a time: `survey` reads the headers into a small SQLite file and says which mails are
one thread; `reading` reads the texts. Boundaries of mails come from `boxes`, words of headers from `headers`, texts and
attachments from `bodies`, what is quoted and signed from `quoting`.
"""

from imports.sources.mail.boxes import fingerprint
from imports.sources.mail.reading import SOURCE, Options, read_boxes

__all__ = ["SOURCE", "Options", "fingerprint", "read_boxes"]
