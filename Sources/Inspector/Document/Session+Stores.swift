import RangedMmap
import Synchronization

extension Session {
  /// Whether it is watched which pages of files are stored to, where they are written here.
  package var isExact: Bool { document.isExact }

  func setExact(_ isOn: Bool) throws(CommandError) -> Event {
    guard isOn else { return try endStores() }
    guard document.file != nil else {
      document.isExact = true
      return Event(.done, [])
    }
    let file = try document.writableFile()
    guard document.stores == nil else { return Event(.done, []) }
    try requireNoJob("set exact")
    return try watchStores(to: file)
  }

  /// Watches a file that was just opened, where that is wanted; where it can't be, it is wanted no longer.
  func watchStoresIfWanted() {
    guard document.isExact, let file = document.file, file.isWritable else { return }
    do throws(CommandError) { try watchStores(to: file) } catch {
      note(Event(.failure, ["set exact is off now: \(error)"]))
    }
  }

  private func endStores() throws(CommandError) -> Event {
    if let size = document.file?.size, size > Self.smallSize, document.stores != nil {
      try requireNoJob("set exact")
      document.isExact = false
      // Let go of on the job's thread: the page table goes with it.
      let last = Mutex(document.stores.take())
      return try jobs.start(Job("set exact off", pages: 0, isStoppable: false), in: self) {
        last.withLock { $0 = nil }
      } ending: { _, _ in
        Event(.done, [])
      }
    }
    (document.isExact, document.stores) = (false, nil)
    return Event(.done, [])
  }

  // Up to 1 GiB it takes some 7 ms, and else a job's thread.
  private static let smallSize = 1 << 30

  @discardableResult
  private func watchStores(to file: MmapFile) throws(CommandError) -> Event {
    @Sendable func begin() -> Result<StoredPages, CommandError> {
      Result { () throws(CommandError) in try StoredPages(of: file) }
    }
    func take(_ found: Result<StoredPages, CommandError>) throws(CommandError) -> Event {
      (document.isExact, document.stores) = (found.value != nil, found.value)
      if let failure = found.failure { throw failure }
      return Event(.done, [])
    }
    guard file.size > Self.smallSize else { return try take(begin()) }
    document.isExact = true
    return try jobs.start(Job("set exact on", pages: 0, isStoppable: false), in: self, work: begin) {
      _, found throws(CommandError) in
      try take(found)
    }
  }
}

extension Session {
  /// Whether the stores to the open file are watched.
  package var watchesStores: Bool { document.stores != nil }

  /// Which of some pages of the open file were stored to since their last sync, in ascending runs; `nil` where that is not
  /// watched, or not known.
  package func storedPages(in pages: Range<Int>) -> [Range<Int>]? { document.stores?.among(pages) }

  /// Since when pages are stored to, in words.
  package var storesBegin: String {
    document.stores?.beganLate == true ? "the last sync or `set exact on`" : "the last sync"
  }

  /// Whether a page was stored to, in words; `nil` where that is not watched, or not known.
  package func storesFact(ofPage page: Int) -> String? {
    storedPages(in: page..<page + 1).map { $0.isEmpty ? "not since \(storesBegin)" : "yes, since its last sync" }
  }

  // 262,144 pages take 1 to 5 ms where few were stored to, and twice that where every other one was.
  static let mostCounted = 1 << 22

  /// The same of all pages that are mapped, cut off or not, unless there are too many for a command to count.
  func storedPages(of file: MmapFile) -> [Range<Int>]? {
    file.states.count <= Self.mostCounted ? storedPages(in: 0..<file.states.count) : nil
  }
}
