package enum RangeSelection: Sendable, Equatable, CustomStringConvertible {
  /// `r3`, or `r3..r7`, both ends included.
  case labels(ClosedRange<Int>)
  case selected
  case all

  package var description: String {
    switch self {
    case .labels(let labels) where labels.count == 1: "r\(labels.lowerBound)"
    case .labels(let labels): "r\(labels.lowerBound)..r\(labels.upperBound)"
    case .selected: "selected"
    case .all: "all"
    }
  }

  var labels: ClosedRange<Int>? { if case .labels(let labels) = self { labels } else { nil } }
}
