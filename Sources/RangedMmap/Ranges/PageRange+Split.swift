/// Which neighbouring page boundary a cut that isn't on one moves to.
public enum SplitRounding: Sendable {
  /// To the next boundary, so that the low part holds at least the bytes before the cut.
  case up
  /// To the boundary before, so that the high part holds at least the bytes from the cut on.
  case down
}

/// What became of a range that was split.
public enum RangeSplit<Stage: RangeStage>: ~Copyable, Sendable {
  /// Two ranges that meet at the cut; one may be empty.
  case parts(low: PageRange<Stage>, high: PageRange<Stage>)
  /// The cut left nothing to part: rounded up it reached the end and all is *low*, down the start and all is *high*.
  case whole(PageRange<Stage>)
  /// The position was negative or beyond the range; the range comes back as it was.
  case outOfBounds(PageRange<Stage>)
}

/// What became of two ranges that were to be one.
public enum RangeJoin<Stage: RangeStage>: ~Copyable, Sendable {
  /// They were neighbours: one range over both.
  case joined(PageRange<Stage>)
  /// Something lies between them, or they are of different files; both come back as they were.
  case apart(PageRange<Stage>, PageRange<Stage>)
}

extension PageRange {
  /// Cuts the range in two at the page boundary next to `position`, which counts bytes from the range's start.
  ///
  /// It is for all three stages: a part of a receipt can be synced, or reused, by itself. The range is consumed and
  /// comes back in the answer, whole or in parts; no page is lost or doubled. Rounding up at position 0 gives an empty
  /// low part; rounding down at the end, where that is a page boundary, an empty high part.
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
  /// - Complexity: Some arithmetic.
  public consuming func split(at position: Int, rounding: SplitRounding) -> RangeSplit<Stage> {
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
        low: PageRange(start: start, count: cut - start, file: file, epoch: epoch),
        high: PageRange(start: cut, count: end - cut, file: file, epoch: epoch))
    }
  }

  /// Makes one range of this one and its neighbour, which may come before it or after it.
  ///
  /// It is for all three stages. Both are consumed and come back in the answer. An empty range is a neighbour of those
  /// that start or end where it lies. A joined receipt counts as written when the older one was: if a sync has failed
  /// in between, it is refused, unless all of its pages are *flushed*.
  ///
  /// ```swift
  /// switch low.joined(with: high) {
  /// case .joined(let range): lengths = [range.count]
  /// case .apart(let low, let high): lengths = [low.count, high.count]  // something lies between them
  /// }
  /// ```
  ///
  /// - Parameter other: Consumed.
  /// - Returns: The joined range, or both.
  /// - Complexity: Some arithmetic.
  public consuming func joined(with other: consuming PageRange<Stage>) -> RangeJoin<Stage> {
    guard file == other.file, end == other.start || other.end == start else { return .apart(self, other) }
    return .joined(
      PageRange(
        start: min(start, other.start), count: count + other.count, file: file, epoch: min(epoch, other.epoch)))
  }
}
