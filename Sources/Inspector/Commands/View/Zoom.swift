import RangedMmap

struct ZoomAction: ViewAction {
  let step: ZoomStep

  static let verb = Verb(
    "zoom", help: "how many pages a cell stands for; fit shows the whole file", example: "zoom fit",
    forms: [
      Form(keyword: nil, .cellPages) { ZoomAction(step: .to(.pages($0))) },
      Form("in") { ZoomAction(step: .closer) },
      Form("out") { ZoomAction(step: .farther) },
      Form("fit") { ZoomAction(step: .to(.fit)) },
    ])

  var words: [String?] { ["zoom", "\(step)"] }
  func change(_ session: Session) {
    switch step {
    case .closer:
      let shown = session.view.shownPagesPerCell
      if shown == 1 { session.note(Event(.done, ["zoom: a cell is one page already, and no closer"])) }
      session.view.zoom = .pages(max(1, shown / 2))
    case .farther:
      let shown = session.view.shownPagesPerCell
      let isFarthest = shown >= min(Zoom.most, session.file?.states.count ?? Zoom.most)
      if isFarthest { session.note(Event(.done, ["zoom: a cell is the whole file already, and no farther"])) }
      session.view.zoom = .pages(isFarthest ? shown : shown * 2)
    case .to(let zoom): session.view.zoom = zoom
    }
  }
}

extension Command {
  package static func zoom(_ step: ZoomStep) -> Command { Command(ZoomAction(step: step)) }
}

extension ZoomStep: CustomStringConvertible {
  package var description: String {
    switch self {
    case .closer: "in"
    case .farther: "out"
    case .to(.fit): "fit"
    case .to(.pages(let count)): "\(count)"
    }
  }
}

extension Parameter where Value == Int {
  fileprivate static var cellPages: Self {
    Parameter(.number) { word, _ throws(SyntaxError) in try Literal.cellPages(word) }
  }
}

extension Parameter where Value == Zoom {
  static var zoom: Self {
    Parameter(ArgumentKind("fit|N", "zoom", from: .words(["fit"]))) { word, _ throws(SyntaxError) in
      word.text == "fit" ? .fit : .pages(try Literal.cellPages(word))
    }
  }
}

extension Literal {
  fileprivate static func cellPages(_ word: Word) throws(SyntaxError) -> Int {
    let count = try count(word, "the number of pages")
    guard count <= Zoom.most else {
      throw SyntaxError("a cell stands for \(Zoom.most) pages at most", at: word.columns)
    }
    return count
  }
}

package enum Zoom: Sendable, Equatable {
  case pages(Int)
  /// As many as bring the whole file in view.
  case fit

  package var pagesPerCell: Int? { if case .pages(let count) = self { count } else { nil } }

  /// The most pages that a cell can be made to stand for: 2 to the power of 40.
  package static let most = 1 << 40
}

package enum ZoomStep: Sendable, Equatable {
  /// Half as many pages a cell.
  case closer
  case farther
  case to(Zoom)
}
