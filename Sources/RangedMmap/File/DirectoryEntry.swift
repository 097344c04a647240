import CLinux
import Glibc
import SystemPackage

/// The directory in which a new file has got its name, until that name is durable.
struct DirectoryEntry: ~Copyable {
  // `nil` for one that may not be read: names can be made in it, and it can't be synced.
  private let directory: FileDescriptor?
  private let file: FileDescriptor
  private let path: FilePath
  private var failure: Errno?

  /// Opens the directory of a place.
  ///
  /// - Parameters:
  ///   - location: The place.
  ///   - file: What gets its name there. It stays open for longer than this.
  /// - Throws: `system`.
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
  /// A failure stays one: the kernel tells it once, and would call the next attempt a success.
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
      remedy: "open the file anew to sync its bytes, whose name a crash may take, or use another file system")
  }
}
