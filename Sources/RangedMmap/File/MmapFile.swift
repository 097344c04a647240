import CLinux
public import SystemPackage

/// A file of fixed size, mapped into memory, whose pages are handed out as values that the compiler tracks.
///
/// It is a reference that any number of workers share; the last one to let go unmaps the file. It assumes no
/// runtime: threads, dispatch queues and tasks serve alike. Making one gives its allocator too, the only one it will
/// have. While a file is open for writing, this library maps it for writing no second time, in this process or in
/// another: the lock is fcntl(2) with `F_OFD_SETLK`, which a program without locks does not see.
///
/// Nothing here makes a mapped file longer or shorter. Where another program cuts it, what is gone is *lost*; what it grows
/// by is not mapped. See <doc:SurvivingFaults>. Blocks inside are given up with ``punch(_:)``.
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
  /// The file system is queried once, by fstatfs(2), when the file is opened. An overlay over memory is not recognised.
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

  package var hadName: Bool { mapping.hadName }

  /// Whether a sync needs no name: the file had none, and lives in memory or is an `O_TMPFILE`.
  package var mayLackName: Bool { mapping.mayLackName }

  /// Lends the open file to a closure, for system calls of your own, or for the product `PageCache`.
  ///
  /// It stays open until the closure has ended; afterwards its number may be another file's. Leave fsync(2) and its kin
  /// to ``sync(_:)``: the kernel reports a failed writeback once to each open file. Where it can, the library syncs by
  /// an open file of its own, and starts writeback by this one: ``sync(_:)`` sees failures that are not reported here.
  ///
  /// ```swift
  /// let inode = try file.withDescriptor { descriptor in try descriptor.stat().inode }
  /// ```
  ///
  /// - Parameter body: Uses the descriptor, and does not close it.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  /// - Complexity: O(1) and what `body` does; no system call.
  public func withDescriptor<Result: ~Copyable, Failure>(
    _ body: (FileDescriptor) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withExtendedLifetime(self) { () throws(Failure) in try body(descriptor) }
  }

  package var descriptor: FileDescriptor { mapping.descriptor }

  package var isInMemory: Bool { mapping.isInMemory }

  var identity: UInt64 { states.file }

  private func allocator<Allocator: RangeAllocator>(_ type: Allocator.Type) -> Allocator {
    // The one range over everything: at most one call follows each initialiser.
    Allocator(covering: AllocatedRange(start: 0, count: size, file: identity), states: states)
  }
}

extension MmapFile {
  /// The number of pages that came back with a dropped error and were not taken since.
  ///
  /// - Complexity: One load.
  public var abandonedPageCount: Int { states.countOfAbandoned }

  /// Takes pages that came back with a dropped error, to be written again.
  ///
  /// When a step fails, its range is in the error. If it is not taken out, the range goes back to the file when the
  /// last copy of the error goes: its pages read as `free` again, but for those that are *lost*. The allocators of this
  /// library hand such pages out by themselves when their own space is used up, each page once; one that comes back a
  /// second time waits for this call. A range that is dropped with no error around it, or in a ``HandOver``, does not
  /// come back.
  ///
  /// ```swift
  /// while let range = file.takeAbandoned() { allocator.free(range) }
  /// ```
  ///
  /// - Returns: A range without another owner, or `nil` if there is none. Each call gives the next one.
  /// - Complexity: A lock and one store a page; one load if there is none.
  public func takeAbandoned() -> AllocatedRange? { states.takeAbandoned().map { states.handOut($0, end: size) } }

  /// Creates a file, maps it, and gives its allocator.
  ///
  /// The blocks are reserved unless `storage` says otherwise (fallocate(2)). The file is made under a scratch name in
  /// the same directory, synced, and moved when it is whole (fsync(2), renameat2(2)). After a failure or a power cut
  /// there is no partial file, and the file that was to be replaced is as it was. A process that is killed meanwhile
  /// may leave a file `.ranged-mmap-…`.
  ///
  /// A file that replaces another gets its owner and group as far as the process may set them, its permissions, its
  /// access list (POSIX), and the attributes `user.*` that the process may read. All else is as for any new file:
  /// labels, capabilities, flags. Other names (hard links) stay with the old file, and a process that has it open keeps
  /// its bytes. A symbolic link stays, and the file that it leads to is replaced.
  ///
  /// - Parameters:
  ///   - path: Where; the directory must exist.
  ///   - size: Bytes, at least 1; need not be a multiple of 4096. On hugetlbfs the file itself has whole huge pages,
  ///     which are all handed out when it is opened another time.
  ///   - allocator: What hands out the pages.
  ///   - storage: When the file gets its blocks.
  ///   - replacing: Whether a regular file of this name may be replaced, if its lock is free.
  /// - Returns: The file, all zeros, and the only allocator that it will have.
  /// - Throws: ``MmapFileError`` with `invalidSize`, `alreadyExists`, `notRegularFile`, `danglingLink`, `locked`,
  ///   `noSpace`, `cannotReserve` or `system`.
  /// - Complexity: The two syncs, of the file and of its blocks: <doc:Speed>.
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

  /// Creates a file with a ``SequentialAllocator``; see
  /// ``create(at:size:allocator:storage:replacing:)-(FilePath,_,_,_,_)``.
  public static func create(
    at path: FilePath, size: Int, storage: Storage = .preallocated, replacing: Bool = false
  ) throws(MmapFileError) -> (file: MmapFile, allocator: SequentialAllocator) {
    try create(at: path, size: size, allocator: SequentialAllocator.self, storage: storage, replacing: replacing)
  }

  /// Maps an existing file for writing, and gives its allocator, which starts at the first byte.
  ///
  /// Nothing is changed until a range is written. The file is the one that the name leads to when its lock is taken;
  /// where another program has a lease on it (`F_SETLEASE`), the call waits. All pages start as `free`, whatever bytes
  /// they hold: what an earlier opening handed out is handed out again, in the same order.
  ///
  /// - Parameters:
  ///   - path: A regular file of at least 1 byte; need not be a multiple of 4096.
  ///   - allocator: What hands out the pages.
  /// - Returns: The file and the only allocator that it will have.
  /// - Throws: ``MmapFileError`` with `emptyFile`, `notRegularFile`, `locked` or `system`.
  /// - Complexity: A fixed number of system calls, among them openat(2), fcntl(2) for the lock, and mmap(2).
  public static func open<Allocator: RangeAllocator>(
    at path: FilePath, allocator: Allocator.Type
  ) throws(MmapFileError) -> (file: MmapFile, allocator: Allocator) {
    let file = try MmapFile(Mapping(opening: path, forWriting: true))
    return (file, file.allocator(Allocator.self))
  }

  /// Maps an existing file for writing, with a ``SequentialAllocator``; see ``open(at:allocator:)-(FilePath,_)``.
  public static func open(at path: FilePath) throws(MmapFileError) -> (file: MmapFile, allocator: SequentialAllocator) {
    try open(at: path, allocator: SequentialAllocator.self)
  }

  /// Maps an existing file for reading, with no allocator and no lock.
  ///
  /// Its bytes are read with ``peek(_:)``. Other mappings may write the file; what they write is seen at once. A block
  /// device, as `/dev/loop0`, can be read so, too; what a file system on it has in memory of its files is not among the
  /// device's own pages. None can be opened for writing.
  ///
  /// - Parameter path: A regular file of at least 1 byte, or a block device.
  /// - Returns: The file, whose pages all stay `free`.
  /// - Throws: ``MmapFileError`` with `emptyFile`, `notRegularFile` or `system`.
  /// - Complexity: As ``open(at:allocator:)-(FilePath,_)``, without the lock.
  public static func openReadOnly(at path: FilePath) throws(MmapFileError) -> MmapFile {
    try MmapFile(Mapping(opening: path, forWriting: false))
  }

  /// Maps an existing file for reading; reads move no time of access of a caller's own file, and set off no readahead.
  package static func openQuietly(at path: FilePath) throws(MmapFileError) -> MmapFile {
    try MmapFile(Mapping(opening: path, forWriting: false, isQuiet: true))
  }

  /// Maps a file that is open for reading only once more, at the size that it has now, whatever its name leads to.
  package func reopenedQuietly() throws(MmapFileError) -> MmapFile {
    try MmapFile(Mapping(again: mapping))
  }
}
