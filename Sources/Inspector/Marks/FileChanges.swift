import PageCache
import RangedMmap

/// What has changed of the open file since a mark, by runs of pages.
struct FileChanges {
  struct Change<Value: Equatable> {
    var pages: Range<Int>
    let was: Value
    let `is`: Value
  }

  let mark: FileMark
  let now: FileState
  /// `nil` of a file that is only looked at.
  let library: [Change<PageState>]?
  /// Whether pages were stored to since their last sync; `nil` where it was not watched, then or now.
  let stored: [Change<Bool>]?
  let kernel: [Change<CachedPage>]
  /// Why some of the kernel's states are unknown, then or now.
  let lacking: PageCacheError?
  let bytes: ByteComparison

  init(since name: String, of file: MmapFile, in session: Session) throws(CommandError) {
    guard let (mark, digests) = session.marks[name] else {
      let names = session.marks.names
      throw CommandError(
        names.isEmpty
          ? "diff \(name): nothing is marked yet; `mark \(name)` marks how the file is now"
          : "diff \(name): there is no such mark; \(Spelling.suggestion(for: name, among: names))marked are "
            + names.map { "`\($0)`" }.joined(separator: ", "))
    }
    let sampled = try session.reachableFile("diff")
    guard sampled.identity == mark.identity else {
      let remedy =
        mark.path == file.path
        ? "which had this name before; `mark \(name)` marks this one"
        : "\(mark.path); `open \(Word.quote(mark.path.string))` and compare there, or mark this one: `mark \(name)`"
      throw CommandError("diff \(name): the mark is of another file, \(remedy)")
    }
    let now = FileState(of: file, in: session)
    (self.mark, self.now) = (mark, now)
    let common = 0..<min(mark.state.pages.upperBound, now.pages.upperBound)
    library = now.library.map { runs in
      func pairs(_ runs: [PageStates.Run]) -> [(Range<Int>, PageState)] { runs.map { ($0.pages, $0.state) } }
      return Self.changes(pairs(mark.state.library ?? []), pairs(runs), elsewhere: .free, in: common)
    }
    stored = now.stored.flatMap { runs in
      mark.state.stored.map { old in
        Self.changes(old.map { ($0, true) }, runs.map { ($0, true) }, elsewhere: false, in: common)
      }
    }
    lacking = now.lacking ?? mark.state.lacking
    let isKnown = lacking == nil
    func pairs(_ runs: [CacheRun]) -> [(Range<Int>, CachedPage)] {
      runs.map { ($0.pages, isKnown ? $0.state : $0.state.intersection(.cached)) }
    }
    let isUnknown = mark.state.kernel.isEmpty || now.kernel.isEmpty
    kernel = isUnknown ? [] : Self.changes(pairs(mark.state.kernel), pairs(now.kernel), elsewhere: [], in: common)
    bytes = ByteComparison(sampled, from: mark.state, digests, to: now, atMost: ByteDigests.mostPages)
  }

  /// Whether nothing is known of the kernel's pages, then or now.
  var isKernelUnknown: Bool { lacking != nil && (mark.state.kernel.isEmpty || now.kernel.isEmpty) }

  func word(_ state: CachedPage) -> String {
    lacking == nil || state.isEmpty ? "\(state)" : "cached"
  }

  /// The present size, the old one, and the pages that have come or gone; `nil` if it is as it was.
  var newEnd: String? {
    guard now.size != mark.state.size else { return nil }
    let line = "\(counted(now.size, "byte")), was \(mark.state.size)"
    let (old, new) = (mark.state.pages.upperBound, now.pages.upperBound)
    if old == new { return line }
    let pages = min(old, new)..<max(old, new)
    return line + ": \(named(pages)) \(pages.count == 1 ? "is" : "are") \(old < new ? "new" : "gone")"
  }

  /// Where two lists of runs differ; between their runs all pages have one value.
  private static func changes<Value: Equatable>(
    _ old: [(Range<Int>, Value)], _ new: [(Range<Int>, Value)], elsewhere: Value, in pages: Range<Int>
  ) -> [Change<Value>] {
    var changes: [Change<Value>] = []
    var (before, after) = (old[...], new[...])
    var page = pages.lowerBound
    // The value at a page, and up to where it holds.
    func value(_ runs: inout ArraySlice<(Range<Int>, Value)>) -> (Value, Int) {
      while let first = runs.first, first.0.upperBound <= page { runs.removeFirst() }
      guard let (run, value) = runs.first else { return (elsewhere, pages.upperBound) }
      return run.contains(page) ? (value, run.upperBound) : (elsewhere, run.lowerBound)
    }
    while page < pages.upperBound {
      let (then, now) = (value(&before), value(&after))
      let end = min(then.1, now.1, pages.upperBound)
      if then.0 != now.0 {
        if let last = changes.last, last.pages.upperBound == page, last.was == then.0, last.is == now.0 {
          changes[changes.count - 1].pages = last.pages.lowerBound..<end
        } else {
          changes.append(Change(pages: page..<end, was: then.0, is: now.0))
        }
      }
      page = end
    }
    return changes
  }
}
