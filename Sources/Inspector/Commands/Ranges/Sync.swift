import RangedMmap

/// Waits until ranges are durable.
package struct SyncAction: Action {
  let ranges: RangeSelection

  static let verb = Verb("sync", .range, help: "wait until a range is durable", example: "sync r1") {
    SyncAction(ranges: $0)
  }

  package var words: [String] { ["sync", "\(ranges)"] }
  package var neededLabels: ClosedRange<Int>? { ranges.labels }

  package func perform(in session: Session) throws(CommandError) -> Event { try session.sync(ranges) }
}

extension Command {
  package static func sync(_ ranges: RangeSelection) -> Command { Command(SyncAction(ranges: ranges)) }
}

extension Session {
  fileprivate func sync(_ selection: RangeSelection) throws(CommandError) -> Event {
    _ = try document.writableFile()
    let haveEnded = workersHaveEndedAndHandedOver
    let labels = try labels(selection, at: .written, for: "sync")
    // A wait for the whole file settles what workers hold, too: with those that take turns that is for their turns to
    // do, and with threads nobody could tell which pages it found written.
    let isOurs = haveEnded || !workers.isStepped && !recorder.isOn
    let step = selection == .all && isOurs ? RangeStep.syncAll : .sync
    return try send(labels, "sync \(selection)", step, telling: "made \(selection) durable\(total(labels))") {
      .sync($0)
    }
  }
}
