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
/// import RangedMmap
///
/// do {
///   let (file, allocator) = try MmapFile.create(at: "output.bin", size: 1 << 20)
///   let bytes = [UInt8](repeating: 0xa5, count: 8192)
///   guard let range = allocator.allocate(bytes.count) else { fatalError("the file is full") }
///   let receipt = try file.write(bytes, to: range)  // consumes the range
///   try file.flush(receipt)  // starts writeback, does not wait
///   let flushed = try file.sync(receipt)  // consumes the receipt: durable
///   print("durable:", flushed.byteRange)
/// }
/// ```
public final class MmapFile: Sendable {
  /// The states of all pages, for anyone to read.
  public let states: PageStates
  /// Whether a sync can keep its promise: false in a file system that lives in memory (tmpfs, ramfs, a memfd), and for
  /// a file that was opened without a name, until a sync has found one.
  ///
  /// The file system is asked once, with fstatfs(2), when the file is opened. An overlay over memory is not recognised.
  public var isDurable: Bool { !mapping.isInMemory && mapping.isNamed }

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
    unsyncedDirectory = Monitor(directory)
  }

  /// The size in bytes that the file had when it was opened; it never changes.
  public var size: Int { mapping.size }

  /// The path that the file was opened by.
  public var path: FilePath { mapping.path }

  /// Whether the file was opened for writing.
  public var isWritable: Bool { mapping.isWritable }

  /// Whether a name led to the file when it was opened.
  package var hadName: Bool { mapping.hadName }

  /// Whether a sync asks for no name: the file had none, and lives in memory or is an `O_TMPFILE`.
  package var mayLackName: Bool { mapping.mayLackName }

  /// Lends the open file to a closure, for system calls of your own, or for the product `PageCache`.
  ///
  /// It stays open until the closure has ended; afterwards its number may be another file's. Leave fsync(2) and its kin
  /// to ``sync(_:)``: the kernel tells each open file once of a failed writeback. The library has an open file of its own
  /// for that, where it can, and uses this one to have pages written: what you are not told, ``sync(_:)`` is.
  ///
  /// ```swift
  /// let inode = try file.withDescriptor { descriptor in try descriptor.stat().inode }
  /// ```
  ///
  /// - Parameter body: Uses the descriptor, and closes it not.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  public func withDescriptor<Result: ~Copyable, Failure>(
    _ body: (FileDescriptor) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withExtendedLifetime(self) { () throws(Failure) in try body(descriptor) }
  }

  /// The open file; it is closed when the last reference to this object goes.
  package var descriptor: FileDescriptor { mapping.descriptor }

  /// Whether the file system lives in memory.
  package var isInMemory: Bool { mapping.isInMemory }

  var identity: UInt64 { states.file }

  private func allocator<Allocator: RangeAllocator>(_ type: Allocator.Type) -> Allocator {
    // The one range over everything: each initialiser of this class is followed by one call of this, at most.
    Allocator(covering: AllocatedRange(start: 0, count: size, file: identity), states: states)
  }
}

// MARK: - Ranges without an owner

extension MmapFile {
  /// The number of pages that came back with an error which was dropped, and that nobody has taken since.
  ///
  /// The cost is one load.
  public var abandonedPageCount: Int { states.countOfAbandoned }

  /// Takes pages that came back with an error which was dropped, to be written anew.
  ///
  /// When a step fails, its range is in the error. If nobody takes it out, the range goes back to the file when the last
  /// copy of the error goes: its pages read as `free` again, but for those that are *lost*. The allocators of this library
  /// hand such pages out by themselves when their own space is used up, each page once; one that comes back a second time
  /// waits for this call. A range that is dropped with no error around it, or in a ``HandOver``, does not come back.
  ///
  /// ```swift
  /// while let range = file.takeAbandoned() { allocator.free(range) }
  /// ```
  ///
  /// - Returns: A range that nobody else holds, or `nil` if there is none. Each call gives the next one.
  public func takeAbandoned() -> AllocatedRange? { states.takeAbandoned().map { states.handOut($0, end: size) } }
}

// MARK: - Creating

extension MmapFile {
  /// Creates a file, maps it, and gives its allocator.
  ///
  /// The blocks are reserved unless `storage` says otherwise (fallocate(2)). The file is made under a name of its own
  /// in the same directory, synced, and moved when it is whole (fsync(2), renameat2(2)), so that a failure leaves no half
  /// a file, and what was to be replaced as it was, also after a power cut. A process that is killed meanwhile may leave
  /// one that is called `.ranged-mmap-…`. The cost is that of the sync: <doc:Speed>.
  ///
  /// A file that replaces another has its owner and group as far as one may give them, its permissions and its access
  /// list (POSIX), and those of its attributes `user.*` that one may read. All else that a file system keeps for a file is
  /// as for any new one: attributes of other kinds, as labels and capabilities, flags, other names (hard links), which
  /// stay with the old file. Whoever still has that open keeps its bytes. A link stays, and what it leads to is replaced.
  ///
  /// - Parameters:
  ///   - path: Where; the directory must exist.
  ///   - size: Bytes, at least 1; need not be a multiple of 4096. On hugetlbfs the file itself has whole huge pages, which
  ///     are all handed out when it is opened another time.
  ///   - allocator: What hands out the pages.
  ///   - storage: When the file gets its blocks.
  ///   - replacing: Whether a regular file of this name may be replaced, if nobody holds its lock.
  /// - Returns: The file, all zeros, and the only allocator that it will have.
  /// - Throws: ``MmapFileError`` with `invalidSize`, `alreadyExists`, `notRegularFile`, `danglingLink`, `locked`,
  ///   `noSpace`, `cannotReserve` or `system`.
  public static func create<Allocator: RangeAllocator>(
    at path: FilePath, size: Int, allocator: Allocator.Type, storage: Storage = .preallocated,
    replacing: Bool = false
  ) throws(MmapFileError) -> (file: MmapFile, allocator: Allocator) {
    guard size > 0 else {
      throw MmapFileError(
        .invalidSize, path: path, "a file of \(size) bytes can't be mapped", remedy: "ask for at least 1 byte")
    }
    guard !path.isInMadeUpFolder else {
      throw MmapFileError(
        .notRegularFile, path: path, "the kernel makes up the files of this folder, and takes no others",
        remedy: "choose another folder")
    }
    for _ in 0..<NewFile.attempts {
      guard var new = try NewFile(at: path, replacing: replacing) else { continue }
      // All that can fail comes before the name: a failure leaves what was to be replaced.
      let made = try new.make(size: size, storage: storage)
      let directory = try new.directory(of: made)
      let file = try MmapFile(Mapping(new: made, size: size, storage: storage), newIn: directory)
      let pages = file.allocator(Allocator.self)
      if try new.putInPlace() { return (file, pages) }
    }
    throw OpenFile.overtaken(path)
  }

  /// Creates a file with a ``SequentialAllocator``, as ``create(at:size:allocator:storage:replacing:)-(FilePath,_,_,_,_)`` does.
  ///
  /// - Parameters:
  ///   - path: Where; the directory must exist.
  ///   - size: Bytes, at least 1.
  ///   - storage: When the file gets its blocks.
  ///   - replacing: Whether a regular file of this name may be replaced, if nobody holds its lock.
  /// - Returns: The file, all zeros, and the only allocator that it will have.
  /// - Throws: ``MmapFileError``, as ``create(at:size:allocator:storage:replacing:)-(FilePath,_,_,_,_)``.
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
  /// Nothing is changed until a range is written. The file that is given is the one that the name leads to when its lock
  /// was had; where another program has a lease on it (`F_SETLEASE`), it is waited for. All pages start as `free`, whatever bytes they hold: what an earlier
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
  /// - Throws: ``MmapFileError``, as ``open(at:allocator:)-(FilePath,_)``.
  public static func open(at path: FilePath) throws(MmapFileError) -> (
    file: MmapFile, allocator: SequentialAllocator
  ) {
    try open(at: path, allocator: SequentialAllocator.self)
  }

  /// Maps an existing file for reading: no allocator, no lock, nobody is disturbed.
  ///
  /// Its bytes are read with ``peek(_:)``. Others may have the file open for writing; what they write is seen at once.
  /// A block device, as `/dev/loop0`, can be read so, too; what a file system on it has in memory of its files is not
  /// among the device's own pages. None can be opened for writing.
  ///
  /// - Parameter path: A regular file of at least 1 byte, or a block device.
  /// - Returns: The file, whose pages all stay `free`.
  /// - Throws: ``MmapFileError`` with `emptyFile`, `notRegularFile` or `system`.
  public static func openReadOnly(at path: FilePath) throws(MmapFileError) -> MmapFile {
    try MmapFile(Mapping(opening: path, forWriting: false))
  }

  /// Maps an existing file for reading so that neither this nor ``peek(_:)`` moves the time of its last access, where the
  /// caller owns it, and that no more is brought into memory than is peeked at.
  ///
  /// - Parameter path: A regular file of at least 1 byte.
  /// - Returns: The file, whose pages all stay `free`.
  /// - Throws: ``MmapFileError``, as ``openReadOnly(at:)-(FilePath)``.
  package static func openQuietly(at path: FilePath) throws(MmapFileError) -> MmapFile {
    try MmapFile(Mapping(opening: path, forWriting: false, isQuiet: true))
  }

  /// Maps the same file quietly for reading, at the size that it has now, whatever its name leads to by now.
  ///
  /// - Returns: The file under the path that this one was opened by.
  /// - Throws: ``MmapFileError`` with `emptyFile` or `system`, as where `/proc` is not mounted.
  package func reopenedQuietly() throws(MmapFileError) -> MmapFile {
    try MmapFile(Mapping(opening: path, again: mapping, forWriting: false, isQuiet: true))
  }
}
