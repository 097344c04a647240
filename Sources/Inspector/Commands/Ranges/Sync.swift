import RangedMmap

struct SyncAction: RangeAction {
  let ranges: RangeSelection

  static let verb = Verb("sync", .range, help: "wait until a range is durable", example: "sync r1") {
    SyncAction(ranges: $0)
  }

  func perform(in session: Session) throws(CommandError) -> Event {
    let isInMemory = try session.document.writableFile().isInMemory
    let haveEnded = session.workersHaveEndedAndHandedOver
    let labels = try session.labels(ranges, at: .written, for: "sync")
    // A sync of the whole file settles what workers hold, too. Where they take turns, their own turns have to do that;
    // where they are threads, a recording can't say which pages the sync found written.
    let isOurs = haveEnded || !session.workers.isStepped && !session.recorder.isOn
    let step = ranges == .all && isOurs ? RangeStep.syncAll : .sync
    let total = session.total(labels)
    let line = isInMemory ? "synced \(ranges)\(total); in memory nothing is durable" : "made \(ranges) durable\(total)"
    return try session.send(labels, "sync \(ranges)", step, reporting: line) { .sync($0) }
  }
}

extension Command {
  package static func sync(_ ranges: RangeSelection) -> Command { Command(SyncAction(ranges: ranges)) }
}
