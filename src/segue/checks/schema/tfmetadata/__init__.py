"""`schema.pbtxt` of TensorFlow Metadata, as TensorFlow Data Validation reads and writes it: the parts both know.

The format is `tensorflow_metadata/proto/v0/schema.proto` of tensorflow/metadata (Apache-2.0), in protobuf's text form.
What one side says and the other has no word for is named, never dropped in silence.
"""

from segue.checks.schema.tfmetadata.merging import overlaid
from segue.checks.schema.tfmetadata.reading import read_pbtxt
from segue.checks.schema.tfmetadata.writing import to_pbtxt

__all__ = ["overlaid", "read_pbtxt", "to_pbtxt"]
