import PageCache
import RangedMmap
import SystemPackage

/// Says what is open and how its pages stand.
package struct StatusAction: Action {
  let asJSON: Bool

  static let verb = Verb("status", .flag("json"), help: "how many pages are in each state", example: "status json") {
    StatusAction(asJSON: $0)
  }

  package var words: [String] { ["status"] + (asJSON ? ["json"] : []) }
  package var isForLooking: Bool { true }

  package func perform(in session: Session) throws(CommandError) -> Event {
    Event(.output, [asJSON ? try session.statusJSON() : try session.statusLine()], isMeasured: true)
  }
}

extension Command {
  package static func status(asJSON: Bool) -> Command { Command(StatusAction(asJSON: asJSON)) }
}

extension Session {
  fileprivate func statusLine() throws(CommandError) -> String {
    let file = try openFile()
    let counts = file.states.counts()
    let states = PageState.allCases.filter { counts[$0] > 0 }.map { "\(counts[$0]) \($0)" }
    let told = file.isWritable ? ": " + states.joined(separator: ", ") : ", not ours"
    let pages = file.isWritable ? file.states.count : file.presentPages
    return "\(file.path): \(counted(pages, "page"))\(told); kernel: " + kernelSummary(file)
  }

  fileprivate func statusJSON() throws(CommandError) -> String {
    let file = try openFile()
    let counts = file.states.counts()
    let states = JSON(PageState.allCases.map { ("\($0)", JSON(counts[$0])) })
    let system = try? PageCache.fileSystem(of: file.descriptor)
    let json: JSON = [
      "file": JSON(file.path.string), "path": JSON(document.presentPath?.string),
      "fate": JSON(document.standing?.name.fate),
      "size": JSON(file.presentSize), "mapped": JSON(file.size), "pageSize": JSON(Alignment.page),
      "pages": JSON(file.presentPages), "writable": JSON(file.isWritable),
      "states": file.isWritable ? states : JSON.null,
      "kernel": kernelJSON(file), "fileSystem": JSON(file.isDevice ? nil : system?.name),
      "mountPoint": JSON(file.isDevice ? nil : system?.mountPoint?.string),
      "inode": JSON(sampledFile.map { Int(clamping: $0.inode) }), "modified": JSON(lastWritten(file)?.date),
      "workers": ["running": JSON(workers.running), "operations": JSON(workers.operations)],
    ]
    return json.description
  }

  private func kernelJSON(_ file: MmapFile) -> JSON {
    var counts: KernelCell?
    var reason: PageCacheError?
    do throws(PageCacheError) {
      let answer = try KernelAnswer<KernelCell>(whole: file.descriptor)
      (counts, reason) = (answer.value, answer.lacking)
    } catch { reason = error }
    return [
      "cached": JSON(counts?.cached), "dirty": JSON(counts?.dirty), "writeback": JSON(counts?.writeback),
      "reason": JSON(reason?.description),
    ]
  }
}

extension FileStanding.Name {
  /// What has become of the file's name, in a word.
  var fate: String {
    switch self {
    case .kept: "kept"
    case .deleted: "deleted"
    case .moved: "renamed"
    case .replaced, .superseded: "replaced"
    }
  }
}
