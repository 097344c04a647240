import PageCache
import RangedMmap

struct EvictAction: PageAct {
  let target: PageTarget
  let syncsFirst: Bool

  static let verb = Verb(
    "evict", .target, .flag("sync"),
    help: "let pages go from memory; sync: dirty ones are written back first", example: "evict 0-15"
  ) { EvictAction(target: $0, syncsFirst: $1) }

  var words: [String?] { [Self.verb.name, "\(target)", syncsFirst ? "sync" : nil] }
  // The kernel begins to write what is dirty.
  var mayWriteBack: Bool { true }

  func act(on pages: Range<Int>, of file: ActingFile) throws(PageCacheError) -> Effect {
    file.mapped.releasePages(in: Alignment.bytes(of: pages).clamped(to: 0..<file.mapped.size))
    return try PageCache.evict(file.descriptor, pages: pages, writesBack: syncsFirst)
  }

  func lines(_ outcome: ActOutcome, of file: MmapFile, in session: Session) -> [String] {
    let pages = outcome.pages
    guard let before = outcome.effect.before, let after = outcome.effect.after else {
      return ["evicted what could go of \(counted(pages.pageCount, "page"))"]
    }
    guard before.cached > 0 else {
      return ["evict \(target): none of \(counted(pages.pageCount, "page")) was in memory"]
    }
    let gone = "evicted \(outcome.effect.gone ?? 0) of \(counted(before.cached, "page"))"
    guard after.cached > 0 else { return [gone] }
    return [gone + "; \(after.cached) stayed: " + reasons(after, pages, file, session).joined(separator: "; ")]
  }

  // Why pages stayed, as far as that can be known.
  private func reasons(
    _ after: Effect.Counts, _ pages: [Range<Int>], _ file: MmapFile, _ session: Session
  ) -> [String] {
    if file.isInMemory { return ["this file system lives in memory, and has nowhere else to keep them"] }
    var reasons: [String] = []
    let unwritten = (after.dirty ?? 0) + (after.writeback ?? 0)
    if let dirty = after.dirty, dirty > 0 {
      reasons.append("\(dirty) dirty (`evict \(target) sync` writes them first)")
    }
    if let writeback = after.writeback, writeback > 0 { reasons.append("\(writeback) in writeback") }
    let locked = pages.reduce(0) { $0 + session.document.locks.pages(in: $1) }
    if locked > 0 { reasons.append("\(locked) locked here (`unlock`)") }
    guard unwritten + locked < after.cached else { return reasons }
    let found = try? PageCache.users(of: file.descriptor)
    let mapping = found?.users.filter { !$0.isSelf && $0.mapping != .none }.map { "\($0.name) \($0.processID)" } ?? []
    if !mapping.isEmpty {
      reasons.append("the file is mapped by \(mapping.joined(separator: ", ")), and no mapped page is evicted")
    } else if locked > 0 {
      reasons.append("a large folio stays whole while a page of it is locked")
    } else if let hidden = found?.hiddenProcesses, hidden > 0 {
      reasons.append(
        "they are still being read, or in use; \(counted(hidden, "process")) may not be looked at, and may map the file"
      )
    }
    return reasons.isEmpty ? ["the kernel gives no reason; they are still being read, or in use"] : reasons
  }
}

extension Command {
  package static func evict(_ target: PageTarget, syncsFirst: Bool = false) -> Command {
    Command(EvictAction(target: target, syncsFirst: syncsFirst))
  }
}
