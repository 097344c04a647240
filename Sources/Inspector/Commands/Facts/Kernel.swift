import PageCache
import RangedMmap

struct KernelAction: FactsAction {
  let pages: PageSelection?
  let asJSON: Bool
  /// Whether its lines have the pages that were stored to.
  var showsStores = true

  static let verb = Verb(
    "kernel", help: "what the kernel knows of pages: cached, dirty, writeback, evicted", example: "kernel 0-15",
    forms: [
      Form(keyword: nil, .pages, .flag("json")) { KernelAction(pages: $0, asJSON: $1) },
      Form("all", .flag("json")) { KernelAction(pages: nil, asJSON: $0) },
    ])

  var words: [String?] { ["kernel", pages.map { "\($0)" } ?? "all", asJSON ? "json" : nil] }

  func lines(of file: MmapFile, in session: Session) throws(CommandError) -> [String] {
    let pages = try session.pages(session.somePages(pages, for: "kernel"), of: file)
    // Behind the end nothing is a hole, and nothing is not cached.
    let gone = session.shortfall(file, pages)
    do throws(PageCacheError) {
      let answer = try session.pieces(of: file, pages)
      let lines = answer.value.map { piece in
        let state = answer.lacking == nil ? "\(piece.state)" : piece.state.isEmpty ? "not cached" : "cached"
        return "\(named(piece.pages)): \(state); on the disk: \(piece.extent?.summary ?? "unknown")"
      }
      let traces =
        (try? KernelAnswer<KernelCell>(file.descriptor, bytes: Alignment.bytes(of: pages)))?.value.traces ?? []
      let stored = (showsStores ? session.storedPages(in: pages) : nil).map { [Self.line(stored: $0)] } ?? []
      return lines + traces + stored + gone + (answer.lacking.map { ["dirty and writeback are unknown: \($0)"] } ?? [])
    } catch { throw CommandError(unknown: error) }
  }

  private static func line(stored runs: [Range<Int>]) -> String {
    guard !runs.isEmpty else { return "none of these pages stored since its last sync" }
    return "\(counted(runs.pageCount, "page")) stored since the last sync: "
      + runs.map { Literal.describe(pages: ClosedRange($0)) }.joined(separator: ", ")
  }

  func json(of file: MmapFile, in session: Session) throws(CommandError) -> JSON {
    let pages = try session.pages(session.somePages(pages, for: "kernel"), of: file).clamped(to: 0..<file.presentPages)
    let answer = Result { () throws(PageCacheError) in try session.pieces(of: file, pages) }
    let traces = (try? KernelAnswer<KernelCell>(file.descriptor, bytes: Alignment.bytes(of: pages)))?.value
    let counts = answer.map { answer in
      var counts = KernelCell(answer.value.map(\.run), isResidencyOnly: answer.lacking != nil)
      (counts.evicted, counts.recentlyEvicted) = (traces?.evicted, traces?.recentlyEvicted)
      return counts
    }
    let isKnown = answer.value?.lacking == nil
    let runs = (answer.value?.value ?? []).map { piece -> JSON in
      [
        "first": JSON(piece.pages.lowerBound), "last": JSON(piece.pages.upperBound - 1),
        "cached": JSON(piece.state.contains(.cached)), "dirty": JSON(isKnown ? piece.state.contains(.dirty) : nil),
        "writeback": JSON(isKnown ? piece.state.contains(.writeback) : nil),
        "disk": JSON(piece.extent?.kind.rawValue),
      ]
    }
    let reason = answer.value?.lacking ?? answer.failure
    let stored = session.storedPages(in: pages)
    let storedRuns = stored.map { JSON($0.map { ["first": JSON($0.lowerBound), "last": JSON($0.upperBound - 1)] }) }
    return JSON(
      [("pages", JSON(pages.count))] + KernelCell.fields(counts.value, reason)
        + [("stored", JSON(stored?.pageCount)), ("runs", JSON(runs)), ("storedRuns", storedRuns ?? JSON.null)])
  }
}
