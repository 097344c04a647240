import PageCache
import RangedMmap

struct LockAction: PageAct {
  let target: PageTarget

  static let verb = Verb(
    "lock", .target, help: "read pages, and keep them in memory until `unlock`", example: "lock 0-3"
  ) { LockAction(target: $0) }

  func act(on pages: Range<Int>, of file: ActingFile) throws(PageCacheError) -> Effect {
    try file.locks.lock(pages, of: file.descriptor)
  }

  func takeBack(of file: ActingFile) { file.locks.removeNewest(downTo: file.lockCount) }

  func lines(_ outcome: ActOutcome, of file: MmapFile, in session: Session) -> [String] {
    let held = session.document.locks.count * Alignment.page
    let limit = LockedPages.limit.map { "\(Literal.describe(size: $0)) (`ulimit -l`)" } ?? "as many as there are"
    return [
      "locked \(counted(outcome.pages.pageCount, "page")); \(Literal.describe(size: held)) are locked here, and a process without "
        + "the right to more may lock \(limit)"
    ]
  }
}

struct UnlockAction: ReadOnlyAction {
  let target: PageTarget

  static let verb = Verb("unlock", .target, help: "let locked pages go again", example: "unlock all") {
    UnlockAction(target: $0)
  }

  var words: [String?] { ["unlock", "\(target)"] }
  var neededLabels: ClosedRange<Int>? { target.labels }

  func perform(in session: Session) throws(CommandError) -> Event {
    let file = try session.openFile()
    try session.requireNoJob("unlock")
    let pages = try session.pages(target, of: file, for: "unlock")
    let before = session.document.locks.count
    guard pages.contains(where: { session.document.locks.pages(in: $0) > 0 }) else {
      throw CommandError("unlock \(target): none of these pages is locked here; `lock \(target)` locks them")
    }
    for range in pages { session.document.locks.unlock(range) }
    return .done("unlocked \(counted(before - session.document.locks.count, "page"))")
  }
}
