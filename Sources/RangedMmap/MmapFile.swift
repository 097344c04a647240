import CLinux
public import SystemPackage

/// A file of fixed size, mapped into memory, whose pages are handed out as values that the compiler tracks.
///
/// It is a reference that any number of workers share; the last one to let go unmaps the file. It assumes no
/// runtime: threads, dispatch queues and tasks serve alike. Making one gives its allocator too, the only one it will
/// have; while a file is open for writing, no second mapping for writing is given out, in this process or in another
/// that uses this library: the lock is fcntl(2) with `F_OFD_SETLK`, which programs that ask for no lock do not see.
///
/// ```swift
/// let (file, allocator) = try MmapFile.create(at: path, size: 1 << 20)
/// guard let range = allocator.allocate(8192) else { return }  // rounded up to 4 KiB; nil when the file is full
/// let receipt = try file.write(bytes, to: range)  // consumes the range
/// try file.flush(receipt)  // starts writeback, does not wait
/// let flushed = try file.sync(receipt)  // consumes the receipt: durable
/// ```
public final class MmapFile: Sendable {
  /// The states of all pages, for anyone to read.
  public let states: PageStates
  /// Whether a sync can keep its promise: false in a file system that lives in memory (tmpfs, ramfs).
  ///
  /// It is asked once, with fstatfs(2), when the file is opened. An overlay over memory is not recognised.
  public let isDurable: Bool

  let mapping: Mapping
  let durability: Durability
  /// The directory whose entry for the file is still to be synced; a new file has one.
  let unsyncedDirectory: Monitor<DirectoryEntry?>

  private init(_ mapping: Mapping, newIn directory: consuming DirectoryEntry? = nil) throws(MmapFileError) {
    guard let states = PageStates(pageCount: Alignment.pages(in: mapping.size), file: Identity.next()) else {
      throw .system(.noMemory, mapping.path, "can't keep the states of so many pages")
    }
    self.mapping = mapping
    self.states = states
    durability = Durability(states)
    isDurable = !mapping.isInMemory
    unsyncedDirectory = Monitor(directory)
  }

  /// The size in bytes that the file had when it was opened; it never changes.
  public var size: Int { mapping.size }

  /// The path that the file was opened by.
  public var path: FilePath { mapping.path }

  /// Whether the file was opened for writing.
  public var isWritable: Bool { mapping.isWritable }

  /// The open file, for system calls of your own; it is closed when the last reference to this object goes.
  ///
  /// Leave fsync(2) and its kin to ``sync(_:)``: the kernel tells of a failed writeback once, and if you are told, the
  /// library is not.
  public var descriptor: FileDescriptor { mapping.descriptor }

  var identity: UInt64 { states.file }

  private func allocator<Allocator: RangeAllocator>(_ type: Allocator.Type) -> Allocator {
    // The one range over everything: each initialiser of this class is followed by one call of this, at most.
    Allocator(covering: AllocatedRange(start: 0, count: size, file: identity), states: states)
  }
}

// MARK: - Creating

extension MmapFile {
  /// Creates a file, maps it, and gives its allocator.
  ///
  /// The blocks are reserved unless `storage` says otherwise (fallocate(2)). The file is made under a name of its own
  /// in the same directory and moved when it is whole (renameat2(2)), so that a failure leaves no half a file, and what
  /// was to be replaced as it was. A process that is killed meanwhile may leave one that is called `.ranged-mmap-…`.
  ///
  /// Whoever still has a replaced file open keeps its old bytes. A link stays, and what it leads to is replaced.
  ///
  /// - Parameters:
  ///   - path: Where; the directory must exist.
  ///   - size: Bytes, at least 1; need not be a multiple of 4096.
  ///   - allocator: What hands out the pages.
  ///   - storage: When the file gets its blocks.
  ///   - replacing: Whether a regular file of this name may be replaced, if nobody holds its lock.
  /// - Returns: The file, all zeros, and the only allocator that it will have.
  /// - Throws: ``MmapFileError`` with `invalidSize`, `alreadyExists`, `notRegularFile`, `locked`, `noSpace` or
  ///   `system`.
  public static func create<Allocator: RangeAllocator>(
    at path: FilePath, size: Int, allocator: Allocator.Type, storage: Storage = .preallocated,
    replacing: Bool = false
  ) throws(MmapFileError) -> (file: MmapFile, allocator: Allocator) {
    // Opened now: by the first sync the path may lead elsewhere.
    let directory = try DirectoryEntry(of: path)
    let mapping = try Mapping(creating: path, size: size, storage: storage, replacing: replacing)
    let file = try MmapFile(mapping, newIn: directory)
    return (file, file.allocator(Allocator.self))
  }

  /// Creates a file with a ``SequentialAllocator``, as ``create(at:size:allocator:storage:replacing:)`` does.
  ///
  /// - Parameters:
  ///   - path: Where; the directory must exist.
  ///   - size: Bytes, at least 1.
  ///   - storage: When the file gets its blocks.
  ///   - replacing: Whether a regular file of this name may be replaced, if nobody holds its lock.
  /// - Returns: The file, all zeros, and the only allocator that it will have.
  /// - Throws: ``MmapFileError``, as ``create(at:size:allocator:storage:replacing:)``.
  public static func create(
    at path: FilePath, size: Int, storage: Storage = .preallocated, replacing: Bool = false
  ) throws(MmapFileError) -> (file: MmapFile, allocator: SequentialAllocator) {
    try create(
      at: path, size: size, allocator: SequentialAllocator.self, storage: storage, replacing: replacing)
  }
}

// MARK: - Opening

extension MmapFile {
  /// Maps an existing file for writing, and gives its allocator, which starts at the first byte.
  ///
  /// Nothing is changed until a range is written. All pages start as `free`, whatever bytes they hold: what an earlier
  /// opening handed out is handed out again, in the same order.
  ///
  /// - Parameters:
  ///   - path: A regular file of at least 1 byte; need not be a multiple of 4096.
  ///   - allocator: What hands out the pages.
  /// - Returns: The file and the only allocator that it will have.
  /// - Throws: ``MmapFileError`` with `emptyFile`, `notRegularFile`, `locked` or `system`.
  public static func open<Allocator: RangeAllocator>(
    at path: FilePath, allocator: Allocator.Type
  ) throws(MmapFileError) -> (file: MmapFile, allocator: Allocator) {
    let file = try MmapFile(Mapping(opening: path, forWriting: true))
    return (file, file.allocator(Allocator.self))
  }

  /// Maps an existing file for writing, with a ``SequentialAllocator``.
  ///
  /// - Parameter path: A regular file of at least 1 byte.
  /// - Returns: The file and the only allocator that it will have.
  /// - Throws: ``MmapFileError``, as ``open(at:allocator:)``.
  public static func open(at path: FilePath) throws(MmapFileError) -> (
    file: MmapFile, allocator: SequentialAllocator
  ) {
    try open(at: path, allocator: SequentialAllocator.self)
  }

  /// Maps an existing file for reading: no allocator, no lock, nobody is disturbed.
  ///
  /// Its bytes are read with ``peek(_:)``. Others may have the file open for writing; what they write is seen at once.
  ///
  /// - Parameter path: A regular file of at least 1 byte.
  /// - Returns: The file, whose pages all stay `free`.
  /// - Throws: ``MmapFileError`` with `emptyFile`, `notRegularFile` or `system`.
  public static func openReadOnly(at path: FilePath) throws(MmapFileError) -> MmapFile {
    try MmapFile(Mapping(opening: path, forWriting: false))
  }
}
