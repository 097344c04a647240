import Glibc
import SystemPackage

/// An open file for the mapping alone, which is never lent.
///
/// The kernel reports a failed writeback once to each open file, and msync(2) syncs the one that is mapped. So the
/// report goes to no fsync(2) of a user on the descriptor of ``MmapFile/withDescriptor(_:)``, and to no writeback that
/// this library starts. Its offset is its own, too.
struct OwnFile: ~Copyable {
  private let lent: FileDescriptor
  // `nil` for reading, or where /proc is missing, permissions have changed, or no descriptor is left.
  private let own: FileDescriptor?

  init(of file: FileDescriptor, isWritable: Bool) {
    lent = file
    // By way of /proc it is the same file, whatever its name leads to by now.
    own =
      isWritable
      ? try? FileDescriptor.open(
        FilePath("/proc/self/fd/\(file.rawValue)"), .readWrite, options: [.closeOnExec, .nonBlocking]) : nil
  }

  deinit { try? own?.close() }

  var descriptor: FileDescriptor { own ?? lent }
  var isOwn: Bool { own != nil }

  /// The size in bytes of the file now; `nil` if it can't be known.
  ///
  /// Not by fstat(2), after which the next write has new times to store; see `OpenFile.coverage()`. lseek(2) moves an
  /// offset.
  var size: Int? { own.flatMap { try? Int($0.seek(offset: 0, from: .end)) } }
}
