import Glibc
import SystemPackage

/// An open file for the mapping alone, which is lent to nobody.
///
/// The kernel tells a failed writeback once to each open file, and msync(2) asks for the one that is mapped. So nobody
/// else is told in its place: not the user who calls fsync(2) on the descriptor of ``MmapFile/withDescriptor(_:)``, and not
/// this library where it only wants pages to be written. Its offset is nobody's, too.
struct OwnFile: ~Copyable {
  private let lent: FileDescriptor
  // `nil` where nobody will write, /proc is missing, permissions have changed, or no descriptor is left.
  private let own: FileDescriptor?

  /// Opens a file once more.
  init(of file: FileDescriptor, isWritable: Bool) {
    lent = file
    // By way of /proc it is the same file, whatever its name leads to by now.
    own =
      isWritable
      ? try? FileDescriptor.open(
        FilePath("/proc/self/fd/\(file.rawValue)"), .readWrite, options: [.closeOnExec, .nonBlocking]) : nil
  }

  deinit { try? own?.close() }

  /// What is mapped.
  var descriptor: FileDescriptor { own ?? lent }
  /// Whether it is not the one that is lent.
  var isOwn: Bool { own != nil }

  /// The size in bytes of the file now; `nil` if it can't be told.
  ///
  /// Not by fstat(2): a file whose times were asked for is written back with new ones at its next write (Linux 6.13), which
  /// makes asking before each write cost more than the answer. lseek(2) asks for the size alone, and moves an offset.
  var size: Int? { own.flatMap { try? Int($0.seek(offset: 0, from: .end)) } }
}
