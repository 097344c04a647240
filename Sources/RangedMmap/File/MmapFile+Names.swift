import SystemPackage

// Names as strings, for who needs no FilePath. A literal is a string.

extension MmapFile {
  /// Creates a file, maps it, and gives its allocator; see
  /// ``create(at:size:allocator:storage:replacing:)-(FilePath,_,_,_,_)``.
  ///
  /// - Parameters:
  ///   - path: Where; the directory must exist.
  ///   - size: Bytes, at least 1; need not be a multiple of 4096.
  ///   - allocator: What hands out the pages.
  ///   - storage: When the file gets its blocks.
  ///   - replacing: Whether a regular file of this name may be replaced, if nobody holds its lock.
  /// - Returns: The file, all zeros, and the only allocator that it will have.
  /// - Throws: ``MmapFileError``, as with a `FilePath`.
  public static func create<Allocator: RangeAllocator>(
    at path: String, size: Int, allocator: Allocator.Type, storage: Storage = .preallocated,
    replacing: Bool = false
  ) throws(MmapFileError) -> (file: MmapFile, allocator: Allocator) {
    try create(at: FilePath(name: path), size: size, allocator: allocator, storage: storage, replacing: replacing)
  }

  /// Creates a file with a ``SequentialAllocator``; see ``create(at:size:storage:replacing:)-(FilePath,_,_,_)``.
  ///
  /// - Parameters:
  ///   - path: Where; the directory must exist.
  ///   - size: Bytes, at least 1.
  ///   - storage: When the file gets its blocks.
  ///   - replacing: Whether a regular file of this name may be replaced, if nobody holds its lock.
  /// - Returns: The file, all zeros, and the only allocator that it will have.
  /// - Throws: ``MmapFileError``, as with a `FilePath`.
  public static func create(
    at path: String, size: Int, storage: Storage = .preallocated, replacing: Bool = false
  ) throws(MmapFileError) -> (file: MmapFile, allocator: SequentialAllocator) {
    try create(at: FilePath(name: path), size: size, storage: storage, replacing: replacing)
  }

  /// Maps an existing file for writing, and gives its allocator; see ``open(at:allocator:)-(FilePath,_)``.
  ///
  /// - Parameters:
  ///   - path: A regular file of at least 1 byte; need not be a multiple of 4096.
  ///   - allocator: What hands out the pages.
  /// - Returns: The file and the only allocator that it will have.
  /// - Throws: ``MmapFileError``, as with a `FilePath`.
  public static func open<Allocator: RangeAllocator>(
    at path: String, allocator: Allocator.Type
  ) throws(MmapFileError) -> (file: MmapFile, allocator: Allocator) {
    try open(at: FilePath(name: path), allocator: allocator)
  }

  /// Maps an existing file for writing, with a ``SequentialAllocator``.
  ///
  /// - Parameter path: A regular file of at least 1 byte.
  /// - Returns: The file and the only allocator that it will have.
  /// - Throws: ``MmapFileError``, as with a `FilePath`.
  public static func open(at path: String) throws(MmapFileError) -> (
    file: MmapFile, allocator: SequentialAllocator
  ) {
    try open(at: FilePath(name: path))
  }

  /// Maps an existing file for reading; see ``openReadOnly(at:)-(FilePath)``.
  ///
  /// - Parameter path: A regular file of at least 1 byte, or a block device.
  /// - Returns: The file, whose pages all stay `free`.
  /// - Throws: ``MmapFileError``, as with a `FilePath`.
  public static func openReadOnly(at path: String) throws(MmapFileError) -> MmapFile {
    try openReadOnly(at: FilePath(name: path))
  }
}

extension UnsafeMmapFile {
  /// Creates a file and maps it; see ``create(at:size:storage:replacing:)-(FilePath,_,_,_)``.
  ///
  /// - Parameters:
  ///   - path: Where; the directory must exist.
  ///   - size: Bytes, at least 1.
  ///   - storage: When the file gets its blocks.
  ///   - replacing: Whether a regular file of this name may be replaced, if nobody holds its lock.
  /// - Returns: The file, all zeros.
  /// - Throws: ``MmapFileError``, as with a `FilePath`.
  public static func create(
    at path: String, size: Int, storage: Storage = .preallocated, replacing: Bool = false
  ) throws(MmapFileError) -> UnsafeMmapFile {
    try create(at: FilePath(name: path), size: size, storage: storage, replacing: replacing)
  }

  /// Maps an existing file for writing.
  ///
  /// - Parameter path: A regular file of at least 1 byte.
  /// - Returns: The file.
  /// - Throws: ``MmapFileError``, as with a `FilePath`.
  public static func open(at path: String) throws(MmapFileError) -> UnsafeMmapFile {
    try open(at: FilePath(name: path))
  }
}

extension FilePath {
  /// The path of this name; one with a zero byte in it would lead to another file, whose name ends there.
  init(name: String) throws(MmapFileError) {
    guard let end = name.utf8.firstIndex(of: 0) else {
      self.init(name)
      return
    }
    throw MmapFileError(
      .system, path: FilePath(String(name[..<end])), errno: .invalidArgument,
      "the name of a file ends at its first zero byte, and this one has more behind it", remedy: "check the name")
  }
}
