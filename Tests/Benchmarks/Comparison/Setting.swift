import PageCache
import RangedMmap
import SystemPackage

/// What is done in one cell of the table.
struct Setting {
  enum Pages: String {
    /// No page is in memory yet.
    case untouched = "first touch"
    /// Every page was written twice before by the same means, and not synced since.
    case resident
  }

  enum Action: String {
    case write
    /// Reads all back into buffers, in place of the last write.
    case read = "read back"
    /// Makes range after range durable.
    case sync = "sync ranges"
    /// Starts the writeback of range after range.
    case flush = "flush ranges"
    /// Writes and syncs range after range, in a file that was written whole and synced before.
    case writeAndSync = "write and sync each"
    /// Only hands ranges out; speeds are of bytes handed out.
    case allocate = "allocation alone"
  }

  var folder: Folder
  var action = Action.write
  var pages = Pages.untouched
  var storage = Storage.preallocated
  var size: Int
  var chunk: Int
  var threads: Int
  /// Whether the chunks come in no order.
  var isShuffled = false
  /// Whether the bytes are computed, and not only copied.
  var isGenerated = false
  /// How many chunks are written and synced.
  var most: Int?
  /// Whether each write fills a fresh buffer first, as the Rust crate's own benchmark does.
  var hasFreshBuffers = false

  /// The bytes that the timed step is about.
  var moved: Int { most.map { $0 * chunk } ?? size }

  /// The cell's name, unique in a run.
  var name: String {
    var words = [folder.fileSystem, action == .write ? pages.rawValue : action.rawValue]
    if action == .write && pages == .untouched { words.append(storage == .sparse ? "sparse" : "preallocated") }
    if isShuffled { words.append("random order") }
    if isGenerated { words.append("generated") }
    return words.joined(separator: ", ")
  }
}

/// Where files are made.
struct Folder {
  let path: String
  /// What its file system is called.
  let fileSystem: String
  let isInMemory: Bool

  init(_ path: String) throws {
    self.path = path
    let descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: .directory)
    defer { try? descriptor.close() }
    let found = try PageCache.fileSystem(of: descriptor)
    (fileSystem, isInMemory) = (found.name ?? "unknown", found.name == "tmpfs" || found.name == "ramfs")
  }
}

/// Who brings bytes into a file.
enum Contender: String, CaseIterable {
  case ours = "write"
  case inPlace = "in place"
  case copy = "memcpy"
  /// memcpy into a file that was made sparse, which is what the Rust crate does.
  case crate
  case populate = "populate"
  case mapPopulate = "MAP_POPULATE"
  /// memcpy into a mapping with MADV_HUGEPAGE.
  case huge = "HUGEPAGE"
  case pwrite
  /// A bare atomic addition in place of an allocation.
  case add = "atomic add"

  var isOurs: Bool { self == .ours || self == .inPlace }
}

/// What one run took, in seconds.
struct Times {
  /// The threads' work alone; for MAP_POPULATE with the mapping, which does a part of it.
  var work: Double
  /// From before the file is made to after it is synced.
  var total: Double
}
