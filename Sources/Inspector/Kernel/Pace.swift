/// When the kernel is asked again: a few times a second while something moves, ever more rarely while something is yet
/// to happen, and not at all at rest.
struct Pace {
  private var pause = Self.shortest

  private static let shortest = Duration.milliseconds(250)
  private static let longest = Duration.seconds(4)

  /// The time until the next look.
  ///
  /// - Parameters:
  ///   - hasMoved: Whether this look differs from the last, or someone is at work here.
  ///   - isUnsettled: Whether the kernel is yet to do something by itself, or others may act without being noticed.
  ///   - cost: How long the look took; looking takes a tenth of one core at most.
  /// - Returns: The time, or `nil` to wait until something happens.
  mutating func next(hasMoved: Bool, isUnsettled: Bool, cost: Duration) -> Duration? {
    if hasMoved {
      pause = Self.shortest
    } else if pause < Self.longest {
      pause *= 2
    } else if !isUnsettled {
      return nil
    }
    return max(pause, cost * 9)
  }
}
