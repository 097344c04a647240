import RangedMmap

/// How many pages were stored to, and how many have to be written for it or were: the kernel writes whole folios.
package struct Amplification: Sendable, Equatable {
  package let stored: Int
  /// How many pages are dirty; `nil` where that is unknown.
  package let dirty: Int?
  /// Whether less may be written than is dirty: some pages were written by system calls.
  let isMost: Bool
  /// Since when, and of which pages if not of all.
  let place: String

  /// All of it in a sentence; what is unknown is left out.
  package var sentence: String {
    let start =
      place + ": "
      + "\(stored == 0 ? "no page" : counted(stored, "page")) stored"
    guard let dirty else { return start }
    let count = "\(start), \(dirty) dirty"
    guard dirty > 0 else { return count }
    let (most, factor) = Self.factor(dirty, over: stored, isMost)
    return "\(count), \(most)\(bytes(dirty * Alignment.page)) will be written\(factor)"
  }

  /// The same of what an act has written; `nil` where that is unknown, or nothing.
  ///
  /// It wrote no more than the pages that became clean, and no more than the device did, which others use too.
  static func line(_ stored: StoredCount, _ cost: ActCost) -> String? {
    guard stored.pages > 0, let cleaned = cost.cleaned.map({ $0 * Alignment.page }) else { return nil }
    // What was only begun is not on the device yet.
    let written = min(cleaned, (stored.isSynced ? cost.bytesWritten : nil) ?? cleaned)
    guard written > 0 else { return nil }
    let (most, factor) = factor(written, over: stored.pages * Alignment.page, stored.haveWrites && written == cleaned)
    return "stored \(counted(stored.pages, "page")), \(most)\(Literal.describe(size: written)) written\(factor)"
  }

  // How often as much is written as was stored. Of less a part was written before, and how often is not known.
  private static func factor(_ written: Int, over stored: Int, _ isMost: Bool) -> (most: String, factor: String) {
    guard stored > 0, written > stored else { return ("", written == stored ? ": once" : "") }
    let (most, times) = (isMost ? "up to " : "", decimal(Double(written) / Double(stored)))
    return (most, times == "1" ? ": once" : ": \(most)\(times) times")
  }
}

/// How many pages were stored to, and whether some of them by system calls.
struct StoredCount: Sendable {
  var pages = 0
  var haveWrites = false
  /// Whether the act waits until all is written.
  let isSynced: Bool
}

extension Session {
  /// How many pages were stored to, against those that are dirty, in lines; none where stores are not watched.
  func storesSummary(of file: MmapFile) -> [String] {
    guard document.stores != nil else { return [] }
    guard let stored = storedPages(of: file)?.pageCount else {
      return ["stored since the last sync: not counted in so large a file; `kernel PAGES` counts of some"]
    }
    return [amplification(stored: stored, dirty: try? countPages(of: file).value.dirty).sentence]
  }

  /// What is to be said of so many pages of the file, or of those in view.
  package func amplification(stored: Int, dirty: Int?, inView pages: Range<Int>? = nil) -> Amplification {
    Amplification(
      stored: stored, dirty: dirty, isMost: document.stores?.haveWrites(pages ?? 0..<Int.max / Alignment.page) ?? false,
      place: "since \(storesBegin)\(pages == nil ? "" : ", in view")")
  }

  /// How many pages of ranges are stored to, for the costs of an act that writes them; `nil` where that is unknown, or
  /// workers store meanwhile.
  func storedCount(ofRanges labels: [Int], isSynced: Bool) -> StoredCount? {
    guard let stores = document.stores, workers.running == 0, let file, file.size <= ActMeter.mostBytes else {
      return nil
    }
    var count = StoredCount(isSynced: isSynced)
    for label in labels {
      let pages = Alignment.pages(of: document.ranges.bytes(label))
      guard let found = stores.among(pages) else { return nil }
      count.pages += found.pageCount
      count.haveWrites = count.haveWrites || stores.haveWrites(pages)
    }
    return count
  }
}

extension [Range<Int>] {
  /// How many pages runs of them have.
  package var pageCount: Int { reduce(0) { $0 + $1.count } }
}
