/// Which neighbouring page boundary a cut that isn't on one moves to.
public enum SplitRounding: Sendable {
  /// To the next boundary, so that the low part holds at least the bytes before the cut.
  case up
  /// To the boundary before, so that the high part holds at least the bytes from the cut on.
  case down
}

/// What became of a range that was split.
public enum RangeSplit: ~Copyable, Sendable {
  /// Two ranges that meet at the cut; one may be empty.
  case parts(low: AllocatedRange, high: AllocatedRange)
  /// The cut left nothing to part: rounded up it reached the end and all is *low*, down the start and all is *high*.
  case whole(AllocatedRange)
  /// The position was negative or beyond the range; the range comes back as it was.
  case outOfBounds(AllocatedRange)
}

extension PageRange where Stage == Allocated {
  /// Cuts the range in two at the page boundary next to `position`, which counts bytes from the range's start.
  ///
  /// The range is consumed and comes back in the answer, whole or in parts; no page is lost or doubled. Rounding up
  /// at position 0 gives an empty low part; rounding down at the end, where that is a page boundary, an empty high
  /// part. The cost is some arithmetic; no system call is made.
  ///
  /// ```swift
  /// switch range.split(at: 5000, rounding: .up) {
  /// case .parts(let low, let high): lengths = [low.count, high.count]  // low has 8192 bytes
  /// case .whole(let range): lengths = [range.count]  // the cut was at or after the end
  /// case .outOfBounds(let range): lengths = [range.count]  // 5000 was more than the range has
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - position: Bytes from the range's start: from 0 to ``count``.
  ///   - rounding: To which page boundary a position between two moves.
  /// - Returns: The parts.
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
