import PageCache
import RangedMmap

struct TouchAction: PageAct {
  let target: PageTarget

  static let verb = Verb(
    "touch", .target, help: "read a byte of each page, as a load does, and wait for it", example: "touch 0"
  ) { TouchAction(target: $0) }

  func act(on pages: Range<Int>, of file: ActingFile) throws(PageCacheError) -> Effect {
    var effect: Effect?
    for (part, advice) in file.advice.runs(in: pages) {
      let next = try PageCache.touch(file.descriptor, pages: part, advice: advice)
      effect = effect.map { $0 + next } ?? next
    }
    return effect ?? .none
  }

  func lines(_ outcome: ActOutcome, of file: MmapFile, in session: Session) -> [String] {
    ["touched \(counted(outcome.pages.pageCount, "page"))" + outcome.arrivals]
  }
}

struct PrefetchAction: PageAct {
  let target: PageTarget

  static let verb = Verb(
    "prefetch", .target, help: "have pages read into memory, and don't wait for them", example: "prefetch 0-255"
  ) { PrefetchAction(target: $0) }

  func act(on pages: Range<Int>, of file: ActingFile) throws(PageCacheError) -> Effect {
    try PageCache.prefetch(file.descriptor, pages: pages)
  }

  func lines(_ outcome: ActOutcome, of file: MmapFile, in session: Session) -> [String] {
    ["prefetch of \(counted(outcome.pages.pageCount, "page")) begun" + outcome.arrivals]
  }
}

extension ActOutcome {
  /// How many pages came into memory, where that is known.
  fileprivate var arrivals: String {
    guard let before = effect.before, let broughtIn = effect.broughtIn else { return "" }
    return before.cached == pages.pageCount
      ? ": all were in memory" : ": \(broughtIn) came into memory, \(before.cached) were there"
  }
}

extension Command {
  package static func touch(_ target: PageTarget) -> Command { Command(TouchAction(target: target)) }
  package static func prefetch(_ target: PageTarget) -> Command { Command(PrefetchAction(target: target)) }
}
