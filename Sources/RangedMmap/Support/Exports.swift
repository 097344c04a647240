// So that whoever uses the library can name what it takes and tells, without a dependency of his own on swift-system.
@_exported public import struct SystemPackage.Errno
@_exported public import struct SystemPackage.FileDescriptor
@_exported public import struct SystemPackage.FilePath
