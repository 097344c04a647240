import CLinux
import SystemPackage

/// A file with pages that a question is about: a regular one or a block device, and what decides which answers are true
/// of it.
///
/// The kernel answers for pipes and character devices too, with zeros that would read as "nothing is cached".
struct PagedFile {
  let descriptor: FileDescriptor
  /// Its size in bytes.
  let size: Int
  /// Whether it is a block device, all of whose bytes are where they are.
  let isDevice: Bool
  /// What is so of it and of its file system.
  let traits: FileTraits
  /// Whether the descriptor may map it.
  let isForReading: Bool

  /// Looks what the file is: fcntl(2), statx(2) and fstatfs(2).
  ///
  /// - Throws: ``PageCacheError/notRegular``, ``PageCacheError/notOpenForReading`` where the descriptor is one of `O_PATH`,
  ///   by which nothing of a file's pages can be asked, or ``PageCacheError/failed(_:)``.
  init(_ file: FileDescriptor) throws(PageCacheError) {
    var look = clinux_look()
    // SAFETY: the call fills the structure that it is given.
    let code = unsafe clinux_look(file.rawValue, &look)
    guard code == 0 else { throw PageCacheError(code) }
    guard look.is_regular || look.is_block_device else { throw .notRegular }
    guard !look.is_path_only else { throw .notOpenForReading }
    descriptor = file
    size = Int(clamping: look.size)
    isDevice = look.is_block_device
    traits = FileTraits(rawValue: look.traits)
    isForReading = look.is_for_reading
  }
}

/// What is so of a file, as far as it decides what may be believed, and asked.
struct FileTraits: OptionSet {
  let rawValue: UInt32

  /// Another file has the pages that are dirty, or all.
  static let stacked = Self(rawValue: UInt32(CLINUX_STACKED))
  /// Another file may have them.
  static let mayPassThrough = Self(rawValue: UInt32(CLINUX_MAY_PASS_THROUGH))
  /// The page cache does not tell what of it is in memory.
  static let uncounted = Self(rawValue: UInt32(CLINUX_UNCOUNTED))
  /// The addresses of FIEMAP are places on the device that is mounted.
  static let deviceAddresses = Self(rawValue: UInt32(CLINUX_DEVICE_ADDRESSES))
  /// To open the file throws its pages out of memory.
  static let openingDropsPages = Self(rawValue: UInt32(CLINUX_OPENING_DROPS_PAGES))
  /// The device has its bytes encrypted.
  static let encrypted = Self(rawValue: UInt32(CLINUX_ENCRYPTED))
}
