import CLinux
import Synchronization
public import SystemPackage

/// A file of fixed size, mapped into memory, whose pages are handed out as values that the compiler tracks.
///
/// It is a reference that any number of workers share; the last one to let go unmaps the file. It assumes no
/// runtime: threads, dispatch queues and tasks serve alike. Making one gives its allocator too, the only one it will
/// have; while a file is open for writing, no second mapping for writing is given out, here or in another program
/// (`F_OFD_SETLK`).
///
/// ```swift
/// let (file, allocator) = try MmapFile.create(at: "output.bin", size: 1 << 20)
/// guard let range = allocator.allocate(8192) else { return }
/// let receipt = try file.write([UInt8](repeating: 0xa5, count: 8192), to: range)
/// let flushed = try file.sync(receipt)
/// ```
public final class MmapFile: Sendable {
  /// The states of all pages, for anyone to read.
  public let states: PageStates
  /// Whether a sync can keep its promise: false in a file system that lives in memory (tmpfs, ramfs).
  public let isDurable: Bool

  let mapping: Mapping
  let durability: Durability
  /// The directory whose entry for the file is still to be synced; a new file has one.
  let unsyncedDirectory: Mutex<OpenFile?>

  private init(_ mapping: Mapping, newIn directory: consuming OpenFile? = nil) throws(MmapFileError) {
    guard let states = PageStates(pageCount: Alignment.pages(in: mapping.size), file: Identity.next()) else {
      throw .system(.noMemory, mapping.path, "can't keep the states of so many pages")
    }
    self.mapping = mapping
    self.states = states
    durability = Durability(states)
    isDurable = !mapping.isInMemory
    unsyncedDirectory = Mutex(directory)
  }

  /// The size in bytes; it never changes.
  public var size: Int { mapping.size }

  /// The path that the file was opened by.
  public var path: FilePath { mapping.path }

  /// Whether the file was opened for writing.
  public var isWritable: Bool { mapping.isWritable }

  /// The open file, for system calls of your own; it is closed when the last reference to this object goes.
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
  /// The blocks are reserved unless `storage` says otherwise (`fallocate`). The file appears under its name when it
  /// is whole, so a failure leaves nothing behind, and what was to be replaced as it was.
  ///
  /// - Parameters:
  ///   - path: Where; the directory must exist.
  ///   - size: Bytes, at least 1; need not be a multiple of 4096.
  ///   - allocator: What hands out the pages.
  ///   - storage: When the file gets its blocks.
  ///   - replacing: Whether a regular file of this name may be replaced, if nobody has it open for writing.
  /// - Returns: The file and the only allocator that it will have.
  /// - Throws: ``MmapFileError`` with `invalidSize`, `alreadyExists`, `notRegularFile`, `locked`, `noSpace` or
  ///   `system`.
  public static func create<Allocator: RangeAllocator>(
    at path: FilePath, size: Int, allocator: Allocator.Type, storage: Storage = .preallocated,
    replacing: Bool = false
  ) throws(MmapFileError) -> (file: MmapFile, allocator: Allocator) {
    // Opened now: by the first sync the path may lead elsewhere.
    let directory = try OpenFile(directoryOf: path)
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
  ///   - replacing: Whether a regular file of this name may be replaced.
  /// - Returns: The file and the only allocator that it will have.
  /// - Throws: ``MmapFileError``.
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
  /// Nothing is changed until a range is written.
  ///
  /// - Parameters:
  ///   - path: A regular file of at least 1 byte.
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
  /// Its bytes are read with ``peek(_:)``.
  ///
  /// - Parameter path: A regular file of at least 1 byte.
  /// - Returns: The file, whose pages all stay `free`.
  /// - Throws: ``MmapFileError`` with `emptyFile`, `notRegularFile` or `system`.
  public static func openReadOnly(at path: FilePath) throws(MmapFileError) -> MmapFile {
    try MmapFile(Mapping(opening: path, forWriting: false))
  }
}
