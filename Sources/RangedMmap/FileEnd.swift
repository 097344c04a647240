import Glibc
import SystemPackage

/// Tells where a file ends, more cheaply than fstat(2).
///
/// A file whose times were asked for is written back with new ones at its next write (Linux 6.13), which makes asking
/// before each write cost more than the answer. lseek(2) asks for the size alone. It moves an offset, so that it needs
/// an open file of its own: the user may read by the offset of ``MmapFile/descriptor``.
struct FileEnd: ~Copyable {
  // `nil` where nobody will write, /proc is missing, or no descriptor is left.
  private let descriptor: FileDescriptor?

  init(of file: FileDescriptor?) {
    // By way of /proc it is the same file, whatever its name leads to by now.
    descriptor = file.flatMap { file in
      try? FileDescriptor.open(
        FilePath("/proc/self/fd/\(file.rawValue)"), .readOnly, options: [.closeOnExec, .nonBlocking])
    }
  }

  deinit { try? descriptor?.close() }

  /// The size in bytes of the file now; `nil` if it can't be told.
  var offset: Int? { descriptor.flatMap { try? Int($0.seek(offset: 0, from: .end)) } }
}
