import SystemPackage

extension MmapFile {
  /// Creates a file at a name; see ``create(at:size:allocator:storage:replacing:)-(FilePath,_,_,_,_)``.
  public static func create<Allocator: RangeAllocator>(
    at path: String, size: Int, allocator: Allocator.Type, storage: Storage = .preallocated,
    replacing: Bool = false
  ) throws(MmapFileError) -> (file: MmapFile, allocator: Allocator) {
    try create(at: FilePath(name: path), size: size, allocator: allocator, storage: storage, replacing: replacing)
  }

  /// Creates a file at a name, with a ``SequentialAllocator``.
  public static func create(
    at path: String, size: Int, storage: Storage = .preallocated, replacing: Bool = false
  ) throws(MmapFileError) -> (file: MmapFile, allocator: SequentialAllocator) {
    try create(at: FilePath(name: path), size: size, storage: storage, replacing: replacing)
  }

  /// Maps the existing file of a name for writing; see ``open(at:allocator:)-(FilePath,_)``.
  public static func open<Allocator: RangeAllocator>(
    at path: String, allocator: Allocator.Type
  ) throws(MmapFileError) -> (file: MmapFile, allocator: Allocator) {
    try open(at: FilePath(name: path), allocator: allocator)
  }

  /// Maps the existing file of a name for writing, with a ``SequentialAllocator``.
  public static func open(at path: String) throws(MmapFileError) -> (file: MmapFile, allocator: SequentialAllocator) {
    try open(at: FilePath(name: path))
  }

  /// Maps the existing file of a name for reading; see ``openReadOnly(at:)-(FilePath)``.
  public static func openReadOnly(at path: String) throws(MmapFileError) -> MmapFile {
    try openReadOnly(at: FilePath(name: path))
  }
}

extension UnsafeMmapFile {
  /// Creates a file at a name and maps it; see ``create(at:size:storage:replacing:)-(FilePath,_,_,_)``.
  public static func create(
    at path: String, size: Int, storage: Storage = .preallocated, replacing: Bool = false
  ) throws(MmapFileError) -> UnsafeMmapFile {
    try create(at: FilePath(name: path), size: size, storage: storage, replacing: replacing)
  }

  /// Maps the existing file of a name for writing; see ``open(at:)-(FilePath)``.
  public static func open(at path: String) throws(MmapFileError) -> UnsafeMmapFile {
    try open(at: FilePath(name: path))
  }
}

extension FilePath {
  /// The path of a name; the system would end it at its first zero byte, which leads to another file.
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
