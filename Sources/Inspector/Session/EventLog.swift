struct EventLog {
  private(set) var events: [Event] = []
  private(set) var count = 0

  // More than a person scrolls back; half of it goes at a time, so that each event costs the same.
  private static let limit = 1000

  mutating func add(_ event: Event) {
    guard !event.lines.isEmpty else { return }
    var event = event
    if event.time == nil { event.time = .now }
    events.append(event)
    count += 1
    if events.count > Self.limit { events.removeFirst(Self.limit / 2) }
  }
}
