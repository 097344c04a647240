/// Which neighbouring page boundary a cut that isn't on one moves to.
public enum SplitRounding: Sendable {
  /// To the next boundary, so that the low part holds at least the bytes before the cut.
  case up
  /// To the boundary before, so that the high part holds at least the bytes from the cut on.
  case down
}

/// What became of a range that was split.
public enum RangeSplit: ~Copyable, Sendable {
  /// Two ranges that meet at the cut.
  case parts(low: AllocatedRange, high: AllocatedRange)
  /// The cut fell on or outside the range's edge: all of it is *low* when rounding up, *high* when rounding down.
  case whole(AllocatedRange)
  /// The position lay beyond the range; the range comes back as it was.
  case outOfBounds(AllocatedRange)
}

extension PageRange where Stage == Allocated {
  /// Cuts the range in two at the page boundary next to `position`, which counts bytes from the range's start.
  ///
  /// The range is consumed and comes back in the answer, whole or in parts; no page is lost or doubled. Rounding up
  /// at position 0 gives an empty low part. The cost is some arithmetic; no system call is made.
  ///
  /// ```swift
  /// switch range.split(at: 5000, rounding: .up) {
  /// case .parts(let low, let high): …   // low.count is 8192
  /// case .whole(let range): …           // the cut was at or after the end
  /// case .outOfBounds(let range): …     // 5000 was more than range.count
  /// }
  /// ```
  public consuming func split(at position: Int, rounding: SplitRounding) -> RangeSplit {
    guard position >= 0, position <= count else { return .outOfBounds(self) }
    let cut =
      switch rounding {
      case .up: Alignment.up(start + position)
      case .down: Alignment.down(start + position)
      }
    switch rounding {
    case .up where cut >= end, .down where cut <= start: return .whole(self)
    default:
      return .parts(
        low: PageRange(start: start, count: cut - start, file: file),
        high: PageRange(start: cut, count: end - cut, file: file))
    }
  }
}
