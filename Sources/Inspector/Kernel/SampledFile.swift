import Glibc
import PageCache
import RangedMmap
import SystemPackage

/// A file as the sampler sees it: by a descriptor of its own.
///
/// The session can close its file at any time, and release the lock on it, while the sampler still uses it.
package final class SampledFile: Sendable {
  let descriptor: FileDescriptor
  /// The name that it was opened by, from the root.
  let path: FilePath
  let size: Int
  /// Its device, its inode number there, and when it was made: the number may be another file's later.
  package let identity: [UInt64]
  package let isDevice: Bool
  /// Whether only other processes may change its bytes.
  let isWatched: Bool
  /// Whether what is read here makes no event.
  let isReadUnnoticed: Bool

  // What the library knows of its pages, to be read at the moment of a sample.
  let states: PageStates

  /// Opens the session's file once more; if it is the one that was sampled before, by the same open file.
  ///
  /// ext4 writes a file's pages back when any of its open files is closed after it was truncated to nothing
  /// (`ext4_release_file` in fs/ext4/file.c), and a sample must not change what it is of.
  init(_ file: MmapFile, after previous: SampledFile? = nil) throws(PageCacheError) {
    // Not by fstat(2), after which ext4 journals new times at the next write.
    let number = try PageCache.identity(of: file.descriptor)
    let identity = [
      UInt64(number.device.major), UInt64(number.device.minor), number.inode,
      UInt64(bitPattern: PageCache.born(file.descriptor)),
    ]
    if let previous, previous.identity == identity {
      descriptor = FileDescriptor(rawValue: fcntl(previous.descriptor.rawValue, F_DUPFD_CLOEXEC, 0))
    } else {
      // By its number and not by its name, which may lead to another file by now.
      let link = FilePath("/proc/self/fd/\(file.descriptor.rawValue)")
      do { descriptor = try FileDescriptor.open(link, .readOnly, options: .closeOnExec) } catch {
        throw .failed(error as? Errno ?? .noSuchFileOrDirectory)
      }
    }
    PageCache.beQuiet(descriptor)
    self.identity = identity
    // A lesson moves to another folder while the file is open.
    path = FilePath.workingFolder?.pushing(file.path) ?? file.path
    size = file.size
    states = file.states
    isDevice = file.isDevice
    isWatched = !file.isWritable
    isReadUnnoticed = QuietWindow(of: descriptor, bytes: 0..<Alignment.page) != nil
  }

  package var inode: UInt64 { identity[2] }

  deinit { try? descriptor.close() }
}

extension SampledFile: Equatable {
  package static func == (one: SampledFile, other: SampledFile) -> Bool { one === other }

  /// How long it is now, and what became of its name; `nil` if that can't be known.
  var standing: FileStanding? { try? FileStanding(of: descriptor, openedBy: path) }
}

extension SampledFile {
  /// The states of some pages, at one moment.
  struct States: Equatable {
    let first: Int
    let states: [PageState]

    /// Whether a page was written here and is not durable yet.
    func hasWritten(_ page: Int) -> Bool {
      states.indices.contains(page - first) && [.written, .flushing].contains(states[page - first])
    }
  }

  /// What the library has of a page, and of those that may share its folio; `nil` of one that is not mapped.
  func states(around page: Int) -> States? {
    guard page < states.count else { return nil }
    let block = Self.block(around: page, of: states.count)
    return States(first: block.lowerBound, states: states.states(of: block))
  }

  /// The pages that can share a folio with one: the largest is 2 MiB, and lies at a multiple of its size.
  static func block(around page: Int, of count: Int) -> Range<Int> {
    let largest = Alignment.largePage / Alignment.page
    let start = page / largest * largest
    return start..<min(start + largest, max(page + 1, count))
  }
}
