import PageCache
import RangedMmap
import SystemPackage

// What is known of the open file, for programs. What is not known is `null`, and `reason` says why.

extension Session {
  func statusJSON() throws(CommandError) -> String {
    let file = try openFile()
    let counts = file.states.counts()
    let states = JSON(PageState.allCases.map { ("\($0)", JSON(counts[$0])) })
    let system = try? PageCache.fileSystem(of: file.descriptor)
    let json: JSON = [
      "file": JSON(file.path.string), "path": JSON(presentPath?.string), "fate": JSON(standing?.name.fate),
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

  // The name that leads to the file now, if one does and is known.
  private var presentPath: FilePath? {
    guard let standing else { return nil }
    return standing.name == .kept ? sampledFile?.path : standing.newPath
  }

  func kernelJSON(_ asked: ClosedRange<Int>?) throws(CommandError) -> Event {
    let file = try openFile()
    let pages = try pages(asked, of: file).clamped(to: 0..<file.presentPages)
    var counts = KernelCell?.none
    var runs: [JSON] = []
    var reason: UnknownReason?
    do throws(UnknownReason) {
      let answer = try pieces(of: file, pages)
      reason = answer.lacking
      func count(_ state: CachedPage) -> Int {
        answer.value.reduce(0) { $0 + ($1.state.contains(state) ? $1.pages.count : 0) }
      }
      let isTold = reason == nil
      counts = KernelCell(
        pages.count, cached: count(.cached), dirty: isTold ? count(.dirty) : nil,
        writeback: isTold ? count(.writeback) : nil)
      runs = answer.value.map { piece in
        [
          "first": JSON(piece.pages.lowerBound), "last": JSON(piece.pages.upperBound - 1),
          "cached": JSON(piece.state.contains(.cached)), "dirty": JSON(isTold ? piece.state.contains(.dirty) : nil),
          "writeback": JSON(isTold ? piece.state.contains(.writeback) : nil),
          "disk": JSON(piece.extent?.kind.rawValue),
        ]
      }
    } catch { reason = error }
    let json: JSON = [
      "pages": JSON(pages.count), "cached": JSON(counts?.cached), "dirty": JSON(counts?.dirty),
      "writeback": JSON(counts?.writeback), "reason": JSON(reason?.description), "runs": JSON(runs),
    ]
    return Event(.output, ["\(json)"], isMeasured: true)
  }

  func extentsJSON() throws(CommandError) -> Event {
    let file = try openFile()
    var found: [Extent]?
    var reason: UnknownReason?
    do throws(UnknownReason) {
      let extents = try PageCache.extents(ofOwn: file.descriptor, bytes: 0..<file.presentSize)
      found = extents
      if isPlaceless(extents) { reason = .notSupported }
    } catch { reason = error }
    let list = found?.map { extent -> JSON in
      [
        "start": JSON(extent.bytes.lowerBound), "end": JSON(extent.bytes.upperBound),
        "kind": JSON(extent.kind.rawValue), "physical": JSON(extent.physical), "shared": JSON(extent.isShared),
        "encoded": JSON(extent.isEncoded),
      ]
    }
    let json: JSON = ["reason": JSON(reason?.description), "extents": JSON(list)]
    return Event(.output, ["\(json)"], isMeasured: true)
  }

  func usersJSON() throws(CommandError) -> Event {
    let file = try openFile()
    var found: FileUsers?
    var reason: UnknownReason?
    do throws(UnknownReason) { found = try PageCache.users(of: file.descriptor) } catch { reason = error }
    let list = found?.users.filter { !$0.isSelf }.map { user -> JSON in
      [
        "pid": JSON(Int(user.processID)), "name": JSON(user.name), "reads": JSON(user.access.contains(.read)),
        "writes": JSON(user.access.contains(.write)), "mapping": JSON("\(user.mapping)"),
        "flags": JSON(user.modes.names.map { JSON($0) }),
      ]
    }
    let json: JSON = [
      "hidden": JSON(found?.hiddenProcesses), "reason": JSON(reason?.description),
      "users": JSON(list),
    ]
    return Event(.output, ["\(json)"], isMeasured: true)
  }

  /// The same for programs.
  func kernelJSON(_ file: MmapFile) -> JSON {
    var counts: KernelCell?
    var reason: UnknownReason?
    do throws(UnknownReason) {
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
