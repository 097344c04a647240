import Glibc
import PageCache
import RangedMmap
import SystemPackage

/// A file as the sampler sees it: by a descriptor of its own.
///
/// The session can let go of its file at any time, and of the lock on it, while the sampler still looks.
public final class SampledFile: Sendable {
  let descriptor: FileDescriptor
  let path: FilePath
  /// The size that is mapped.
  let size: Int
  /// The device and the number that it has there: what is the same file has the same.
  let identity: [UInt64]
  /// Whether others may change its bytes while we only look.
  let isWatched: Bool

  /// Opens a file that is open once more.
  ///
  /// - Parameter file: The session's file.
  /// - Throws: The reason why nothing can be known of it.
  init(_ file: MmapFile) throws(UnknownReason) {
    // By its number and not by its name, which may lead to another file by now.
    let link = FilePath("/proc/self/fd/\(file.descriptor.rawValue)")
    do { descriptor = try FileDescriptor.open(link, .readOnly, options: .closeOnExec) } catch {
      throw .failed(error as? Errno ?? .noSuchFileOrDirectory)
    }
    var status = stat()
    // SAFETY: fills the structure that it is given.
    guard unsafe fstat(descriptor.rawValue, &status) == 0 else { throw .failed(Errno(rawValue: errno)) }
    identity = [UInt64(status.st_dev), UInt64(status.st_ino)]
    path = file.path
    size = file.size
    isWatched = !file.isWritable
  }

  deinit { try? descriptor.close() }
}

extension SampledFile {
  /// What became of the file since it was opened.
  var fate: KernelSample.Fate {
    var status = stat()
    // SAFETY: fills the structure that it is given.
    return unsafe fstat(descriptor.rawValue, &status) == 0 ? fate(status) : .unchanged
  }

  func fate(_ status: stat) -> KernelSample.Fate {
    if status.st_nlink == 0 { return .deleted }
    var named = stat()
    // SAFETY: fills the structure that it is given; the path's string lives as long as the call.
    let isThere = unsafe path.withPlatformString { unsafe stat($0, &named) == 0 }
    if isThere, named.st_ino != status.st_ino || named.st_dev != status.st_dev { return .replaced }
    return Int(status.st_size) == size ? .unchanged : .resized(Int(status.st_size))
  }
}
