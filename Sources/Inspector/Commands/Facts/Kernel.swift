import PageCache
import RangedMmap

/// Says what the kernel knows of pages, or of all.
package struct KernelAction: Action {
  let pages: ClosedRange<Int>?
  let asJSON: Bool

  static let verb = Verb(
    "kernel", help: "what the kernel knows of pages: cached, dirty, writeback", example: "kernel 0-15",
    forms: [
      Form(keyword: nil, .pages, .flag("json")) { KernelAction(pages: $0, asJSON: $1) },
      Form("all", .flag("json")) { KernelAction(pages: nil, asJSON: $0) },
    ])

  package var words: [String] {
    ["kernel", pages.map(Literal.describe(pages:)) ?? "all"] + (asJSON ? ["json"] : [])
  }

  package var isForLooking: Bool { true }

  package func perform(in session: Session) throws(CommandError) -> Event {
    asJSON ? try session.kernelJSON(pages) : try session.kernel(pages)
  }
}

extension Command {
  package static func kernel(_ pages: ClosedRange<Int>?, asJSON: Bool) -> Command {
    Command(KernelAction(pages: pages, asJSON: asJSON))
  }
}

extension Session {
  func kernel(_ asked: ClosedRange<Int>?) throws(CommandError) -> Event {
    let file = try openFile()
    let pages = try pages(asked, of: file)
    // Behind the end nothing is a hole, and nothing is not cached.
    let gone = shortfall(file, pages)
    do throws(PageCacheError) {
      let answer = try pieces(of: file, pages)
      let lines = answer.value.map { piece in
        let state = answer.lacking == nil ? "\(piece.state)" : piece.state.isEmpty ? "not cached" : "cached"
        return "\(named(piece.pages)): \(state); on the disk: \(piece.extent.map(words) ?? "unknown")"
      }
      let unknown = answer.lacking.map { ["dirty and writeback are unknown: \($0)"] } ?? []
      return Event(.output, lines + gone + unknown, isMeasured: true)
    } catch { throw unknown(error) }
  }

  fileprivate func kernelJSON(_ asked: ClosedRange<Int>?) throws(CommandError) -> Event {
    let file = try openFile()
    let pages = try pages(asked, of: file).clamped(to: 0..<file.presentPages)
    var counts = KernelCell?.none
    var runs: [JSON] = []
    var reason: PageCacheError?
    do throws(PageCacheError) {
      let answer = try pieces(of: file, pages)
      reason = answer.lacking
      func count(_ state: CachedPage) -> Int {
        answer.value.reduce(0) { $0 + ($1.state.contains(state) ? $1.pages.count : 0) }
      }
      let isTold = reason == nil
      counts = KernelCell(
        pages.count, cached: count(.cached), dirty: isTold ? count(.dirty) : nil,
        writeback: isTold ? count(.writeback) : nil)
      runs = answer.value.map { piece in
        [
          "first": JSON(piece.pages.lowerBound), "last": JSON(piece.pages.upperBound - 1),
          "cached": JSON(piece.state.contains(.cached)), "dirty": JSON(isTold ? piece.state.contains(.dirty) : nil),
          "writeback": JSON(isTold ? piece.state.contains(.writeback) : nil),
          "disk": JSON(piece.extent?.kind.rawValue),
        ]
      }
    } catch { reason = error }
    let json: JSON = [
      "pages": JSON(pages.count), "cached": JSON(counts?.cached), "dirty": JSON(counts?.dirty),
      "writeback": JSON(counts?.writeback), "reason": JSON(reason?.description), "runs": JSON(runs),
    ]
    return Event(.output, ["\(json)"], isMeasured: true)
  }
}
