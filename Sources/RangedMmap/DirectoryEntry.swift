import Glibc
import SystemPackage

/// The directory in which a new file has got its name, until that name is durable.
struct DirectoryEntry: ~Copyable {
  private let descriptor: FileDescriptor
  private let path: FilePath
  private var failure: Errno?

  /// Opens the directory that a path's last name stands in, through links.
  init(of path: FilePath) throws(MmapFileError) {
    let directory = FilePath.resolved(path).removingLastComponent()
    let name = directory.isEmpty ? "." : directory
    do { descriptor = try FileDescriptor.open(name, .readOnly, options: [.directory, .closeOnExec]) } catch {
      throw .system(error as? Errno ?? .ioError, path, "can't open the directory \(name)")
    }
    self.path = path
  }

  deinit { try? descriptor.close() }

  /// Makes the entry durable: fsync(2).
  ///
  /// A failure stays one: the kernel tells it once, and would call the next attempt a success.
  mutating func synchronise() throws(MmapFileError) {
    while failure == nil, fsync(descriptor.rawValue) == -1 {
      if errno != EINTR { failure = Errno(rawValue: errno) }
    }
    guard let failure else { return }
    throw .system(failure, path, "the directory's entry for the file could not be made durable")
  }
}
