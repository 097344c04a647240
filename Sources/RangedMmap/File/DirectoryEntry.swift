import CLinux
import Glibc
import SystemPackage

/// The directory in which a new file has got its name, until that name is durable.
struct DirectoryEntry: ~Copyable {
  // `nil` for one that may not be read, which can't be synced.
  private let directory: FileDescriptor?
  private let file: FileDescriptor
  private let path: FilePath
  private var failure: Errno?

  /// Opens the directory of a place; `file` gets its name there, and stays open for longer than this.
  init(_ location: borrowing FileLocation, of file: borrowing OpenFile) throws(MmapFileError) {
    do throws(Errno) { directory = try location.openFolder() } catch {
      guard error == .permissionDenied else { throw .system(error, file.path, "can't open the directory of the file") }
      directory = nil
    }
    self.file = file.descriptor
    path = file.path
  }

  deinit { try? directory?.close() }

  /// Makes the entry durable: fsync(2), or syncfs(2) for a directory that may not be read.
  ///
  /// A failure stays one: the kernel reports it once, and the next attempt would succeed.
  mutating func synchronise() throws(MmapFileError) {
    if failure == nil {
      if let directory {
        failure = Errno.failure(of: { fsync(directory.rawValue) })
      } else {
        do throws(Errno) { try Errno.check(clinux_sync_names(file.rawValue)) } catch { failure = error }
      }
    }
    guard let failure else { return }
    let what = "the directory's entry for the file could not be made durable"
    guard [.invalidArgument, .notSupported, .noFunction].contains(failure) else { throw .system(failure, path, what) }
    throw MmapFileError(
      .system, path: path, errno: failure, "\(what): its file system syncs no directories",
      remedy: "open the file again to sync its bytes, whose name a crash may take, or use another file system")
  }
}
