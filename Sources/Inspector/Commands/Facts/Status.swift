import PageCache
import RangedMmap

struct StatusAction: FactsAction {
  let asJSON: Bool

  static let verb = Verb("status", .flag("json"), help: "how many pages are in each state", example: "status json") {
    StatusAction(asJSON: $0)
  }

  var words: [String?] { ["status", asJSON ? "json" : nil] }

  func lines(of file: MmapFile, in session: Session) -> [String] {
    let counts = file.states.counts()
    let states = PageState.allCases.filter { counts[$0] > 0 }.map { "\(counts[$0]) \(file.word(for: $0))" }
    let facts = file.isWritable ? ": " + states.joined(separator: ", ") : ", not ours"
    let pages = file.isWritable ? file.states.count : file.presentPages
    let size = file.presentSize
    let other =
      file.isWritable && size != file.size ? "; the file has \(counted(size, "byte")), \(file.size) are mapped" : ""
    return ["\(file.path): \(counted(pages, "page"))\(facts)\(other); kernel: \(session.kernelSummary(of: file))"]
      + session.storesSummary(of: file)
  }

  func json(of file: MmapFile, in session: Session) -> JSON {
    let counts = file.states.counts()
    let states = JSON(PageState.allCases.map { ($0.word, JSON(counts[$0])) })
    let kernel = Result { () throws(PageCacheError) in try session.countPages(of: file) }
    let system = file.isDevice ? nil : try? PageCache.fileSystem(of: file.descriptor)
    let document = session.document
    return [
      "file": JSON(file.path.string), "path": JSON(document.presentPath?.string),
      "fate": JSON(document.standing?.name.fate),
      "size": JSON(file.presentSize), "mapped": JSON(file.size), "pageSize": JSON(Alignment.page),
      "pages": JSON(file.presentPages), "writable": JSON(file.isWritable),
      "states": file.isWritable ? states : JSON.null, "stored": JSON(session.storedPages(of: file)?.pageCount),
      "kernel": JSON(KernelCell.fields(kernel.value?.value, kernel.value?.lacking ?? kernel.failure)),
      "fileSystem": JSON(system?.name), "mountPoint": JSON(system?.mountPoint?.string),
      "inode": JSON(document.sampledFile.map { Int(clamping: $0.inode) }),
      "modified": JSON(session.lastWritten(file)?.date),
      "workers": ["running": JSON(session.workers.running), "operations": JSON(session.workers.operations)],
    ]
  }
}

extension Command {
  package static func status(asJSON: Bool) -> Command { Command(StatusAction(asJSON: asJSON)) }
}

extension Session {
  func kernelSummary(of file: MmapFile) -> String {
    do throws(PageCacheError) {
      let answer = try countPages(of: file)
      guard let dirty = answer.value.dirty, let writeback = answer.value.writeback else {
        let reason = answer.lacking.map { ": \($0)" } ?? ""
        return "\(answer.value.cached) cached, dirty and writeback unknown\(reason)"
      }
      return (["\(answer.value.cached) cached", "\(dirty) dirty", "\(writeback) in writeback"] + answer.value.traces)
        .joined(separator: ", ")
    } catch { return "unknown: \(error)" }
  }
}

extension FileStanding.Name {
  var fate: String {
    switch self {
    case .kept: "kept"
    case .deleted: "deleted"
    case .moved: "renamed"
    case .replaced, .superseded: "replaced"
    }
  }
}
