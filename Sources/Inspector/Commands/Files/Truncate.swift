import RangedMmap

/// Gives the open file another size behind its mapping, as any other program may.
struct TruncateAction: Action {
  let size: Int

  static let verb = Verb(
    "truncate", .anySize, help: "cut the file or make it longer behind its mapping, as another program may",
    example: "truncate 64k"
  ) { TruncateAction(size: $0) }

  var words: [String?] { ["truncate", Literal.describe(size: size)] }
  var isTimed: Bool { true }
  var dropsDirtyPages: Bool { true }

  func perform(in session: Session) throws(CommandError) -> Event {
    let file = try session.document.writableFile()
    try session.requireNoWorkers("truncate")
    let before = file.presentSize
    let lost = file.states.counts()[.lost]
    do throws(MmapFileError) { try file.resizeBehind(to: size) } catch { throw CommandError(error) }
    session.takeSizeAsReported()
    return .done(line(file, from: before, lost: file.states.counts()[.lost] - lost, session))
  }

  private func line(_ file: MmapFile, from before: Int, lost: Int, _ session: Session) -> String {
    let name = "\(session.fileName ?? file.path)"
    guard size != before else { return "\(name) has \(counted(size, "byte")) already" }
    let what = "\(size < before ? "cut" : "extended") \(name) from \(before) to \(counted(size, "byte"))"
    if size < file.size {
      let gone = "\(named(size / Alignment.page..<file.states.count)) of the mapping"
      let behind = size % Alignment.page == 0 ? "behind its end" : "behind its end, the first in part"
      let isMore = size > before ? " still" : ""
      return "\(what): \(gone) lie\(isMore) \(behind)" + (lost == 0 ? "" : "; \(counted(lost, "page")) became lost")
    }
    if size > file.size { return "\(what): \(file.size) of them are mapped; \(session.remedyForLonger(file))" }
    return size > before
      ? "\(what), as many as are mapped: what was cut reads as zeros, and lost pages stay lost until they are written again"
      : "\(what), as many as are mapped"
  }
}
