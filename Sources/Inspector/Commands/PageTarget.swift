import RangedMmap

/// What an act on pages is about: pages by their numbers, those of ranges, or all.
package enum PageTarget: Sendable, Equatable, CustomStringConvertible {
  case pages(PageSelection)
  case ranges(ClosedRange<Int>)
  case all

  package var description: String {
    switch self {
    case .pages(let pages): "\(pages)"
    case .ranges(let labels): "\(RangeSelection.labels(labels))"
    case .all: "all"
    }
  }

  var labels: ClosedRange<Int>? { if case .ranges(let labels) = self { labels } else { nil } }
}

extension ArgumentKind {
  static let target = ArgumentKind(
    "PAGES|RANGE|all", "pages", "7, 0-15, r3, r1..r4, selected or all", from: .targets)
}

extension Parameter where Value == PageTarget {
  static var target: Self {
    Parameter(.target) { word, _ throws(SyntaxError) in
      if word.text == "all" { return .all }
      guard word.text.first == "r" else {
        do throws(SyntaxError) { return .pages(try Literal.pages(word)) } catch {
          throw SyntaxError("\(word) names no pages: write 7, 0-15, r3, r1..r4, selected or all", at: word.columns)
        }
      }
      guard case .labels(let labels) = try Literal.ranges(word) else { throw ArgumentKind.target.refusal(of: word) }
      return .ranges(labels)
    }
  }
}

extension Session {
  /// Neighbouring pages of the open file that an act is about.
  func pages(_ target: PageTarget, of file: MmapFile, for verb: String) throws(CommandError) -> [Range<Int>] {
    switch target {
    case .all: return [0..<file.presentPages]
    case .pages(let selection):
      let wanted = try pages(selection, for: verb)
      return [try pages(wanted, of: file)]
    case .ranges(let labels):
      return try known(labels).map { Alignment.pages(of: document.ranges.bytes($0)) }
    }
  }
}
