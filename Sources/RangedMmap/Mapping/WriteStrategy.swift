/// The fastest way of bringing bytes into pages.
///
/// What each costs was measured on Linux 6.18 (`compare` in Tests/Benchmarks; the article on speed has the table):
/// a store to a page that is not in memory faults, page by page; pwrite(2) makes the pages of one call in large folios
/// and without a fault; populating serves the faults of a range in one call, and so maps what pwrite has made.
enum WriteStrategy: Equatable {
  /// Plain stores: no system call, and a fault for each page that is not there.
  case copy
  /// pwrite(2): the page cache is the one that the mapping shows.
  case throughCache
  /// madvise(2) with `MADV_POPULATE_WRITE`, then stores, piece by piece.
  case populate
}

extension WriteStrategy {
  /// Below 64 KiB a system call costs more than the faults that it saves, on a disk.
  static let leastForCall = 64 << 10
  /// From 1 MiB on the folios that pwrite makes are large enough, in any order and by any number of threads.
  static let leastForCallAlways = 1 << 20
  /// A sparse file's pages in memory are made by a call for a quarter of what a disk's are.
  static let leastForCallInMemory = leastForCall / 4

  /// What is known of a file for as long as it is open.
  struct FileTraits: Equatable {
    /// Whether pwrite(2) may be called: past a limit of the process it would raise a signal.
    var mayCallWrite = true
    /// Whether the file system lives in memory.
    var isInMemory = false
    /// Whether a page may have no block yet.
    var mayHaveHoles = false
  }

  /// Chooses for bytes that are written together; the last two are evaluated only where they matter.
  static func choose(
    _ byteCount: Int, _ state: MappingState, _ file: FileTraits, writesBackLittle: Bool,
    hasSeveralWriters: @autoclosure () -> Bool, isInOrder: @autoclosure () -> Bool
  ) -> WriteStrategy {
    let isLarge = byteCount >= leastForCall
    guard file.mayCallWrite else { return isLarge ? .populate : .copy }
    switch state {
    case .mapped: return .copy
    case .cached: return isLarge ? .populate : .copy
    // A store makes all of a large folio dirty, which is much to write for a program that syncs little at a time.
    case .clean: return isLarge || writesBackLittle ? .throughCache : .copy
    // The pages of a preallocated file in memory are there. A sparse one's are made faster by several threads' faults.
    case .untouched where file.isInMemory:
      if !file.mayHaveHoles || !hasSeveralWriters() { return .throughCache }
      return isLarge ? .populate : byteCount >= leastForCallInMemory ? .throughCache : .copy
    // Threads that call pwrite wait for each other; faults in no order are three times as slow as that.
    case .untouched:
      if byteCount >= leastForCallAlways { return .throughCache }
      return !isLarge || hasSeveralWriters() && isInOrder() ? .copy : .throughCache
    }
  }
}
