/// What came of the commands so far, the newest last; the oldest go when it grows long.
struct EventLog {
  private(set) var events: [Event] = []
  /// The number of events ever logged.
  private(set) var count = 0

  // More than anybody scrolls back; half of it goes at a time, so that each event costs the same.
  private static let limit = 1000

  /// Adds an event, unless it has nothing to tell.
  mutating func add(_ event: Event) {
    guard !event.lines.isEmpty else { return }
    events.append(event)
    count += 1
    if events.count > Self.limit { events.removeFirst(Self.limit / 2) }
  }
}
