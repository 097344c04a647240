import CLinux
import SystemPackage

/// A regular file or a block device, and what decides which answers are true of it.
///
/// The kernel answers for pipes and character devices too, with zeros that would read as "nothing is cached".
struct PagedFile {
  let descriptor: FileDescriptor
  let size: Int
  let isDevice: Bool
  let traits: FileTraits
  /// Whether the descriptor may map it.
  let isForReading: Bool

  /// Queries what the file is: fcntl(2), statx(2) and fstatfs(2); a descriptor of `O_PATH` gives no access to its
  /// pages.
  init(_ file: FileDescriptor) throws(PageCacheError) {
    var facts = clinux_file_facts()
    // SAFETY: the call fills the structure that it is given.
    let code = unsafe clinux_file_facts(file.rawValue, &facts)
    try PageCacheError.check(code)
    guard facts.is_regular || facts.is_block_device else { throw .notRegular }
    guard !facts.is_path_only else { throw .notOpenForReading }
    descriptor = file
    size = Int(clamping: facts.size)
    isDevice = facts.is_block_device
    traits = FileTraits(rawValue: facts.traits)
    isForReading = facts.is_for_reading
  }
}

/// What decides which answers about a file may be believed, and which calls may be made; CLinux.h explains each.
struct FileTraits: OptionSet {
  let rawValue: UInt32

  static let stacked = Self(rawValue: UInt32(CLINUX_STACKED))
  static let mayPassThrough = Self(rawValue: UInt32(CLINUX_MAY_PASS_THROUGH))
  static let uncounted = Self(rawValue: UInt32(CLINUX_UNCOUNTED))
  static let deviceAddresses = Self(rawValue: UInt32(CLINUX_DEVICE_ADDRESSES))
  static let openingDropsPages = Self(rawValue: UInt32(CLINUX_OPENING_DROPS_PAGES))
  static let encrypted = Self(rawValue: UInt32(CLINUX_ENCRYPTED))
}
