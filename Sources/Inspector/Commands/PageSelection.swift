/// The pages that a command is about.
package enum PageSelection: Sendable, Equatable, CustomStringConvertible {
  /// `7`, or `0-15`, both ends included.
  case numbered(ClosedRange<Int>)
  case selected

  package var description: String {
    switch self {
    case .numbered(let pages): Literal.describe(pages: pages)
    case .selected: "selected"
    }
  }
}

extension Session {
  func pages(_ wanted: PageSelection, for verb: String) throws(CommandError) -> ClosedRange<Int> {
    switch wanted {
    case .numbered(let pages): return pages
    case .selected:
      guard let pages = view.selection else {
        throw CommandError("\(verb) selected: nothing is selected; `select 0-15` selects pages")
      }
      return ClosedRange(pages)
    }
  }

  /// The same of pages that may be left out.
  func somePages(_ wanted: PageSelection?, for verb: String) throws(CommandError) -> ClosedRange<Int>? {
    guard let wanted else { return nil }
    return try pages(wanted, for: verb)
  }
}
