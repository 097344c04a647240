import PageCache
import RangedMmap

struct UsersAction: FactsAction {
  let asJSON: Bool

  static let verb = Verb(
    "users", .flag("json"), help: "which other programs have the file open or mapped, and how", example: "users"
  ) { UsersAction(asJSON: $0) }

  var words: [String?] { ["users", asJSON ? "json" : nil] }

  func lines(of file: MmapFile, in session: Session) throws(CommandError) -> [String] {
    do throws(PageCacheError) {
      let found = try PageCache.users(of: file.descriptor)
      var lines = found.users.filter { !$0.isSelf }.map { user in
        ([user.summary] + (user.effects.isEmpty ? [] : [user.effects.joined(separator: "; ")])).joined(separator: ": ")
      }
      if lines.isEmpty { lines = ["no other process that may be seen has it open"] }
      if found.hiddenProcesses > 0 {
        lines.append("\(counted(found.hiddenProcesses, "process")) may not be looked at")
      }
      return lines
    } catch { throw CommandError("who has this file open is unknown: \(error)") }
  }

  func json(of file: MmapFile, in session: Session) -> JSON {
    let found = Result { () throws(PageCacheError) in try PageCache.users(of: file.descriptor) }
    let list = found.value?.users.filter { !$0.isSelf }.map { user -> JSON in
      [
        "pid": JSON(Int(user.processID)), "name": JSON(user.name), "reads": JSON(user.access.contains(.read)),
        "writes": JSON(user.access.contains(.write)), "mapping": JSON("\(user.mapping)"),
        "flags": JSON(user.modes.names.map { JSON($0) }),
        "commonFlags": JSON(user.commonModes.intersection(user.modes).names.map { JSON($0) }),
      ]
    }
    return [
      "hidden": JSON(found.value?.hiddenProcesses), "reason": JSON(found.failure?.description), "users": JSON(list),
    ]
  }
}

extension FileUser {
  package var summary: String {
    let operation: String? =
      switch mapping {
      case .writable: "maps, writes"
      case .readOnly: access.contains(.write) ? "maps, writes" : "maps"
      case .none: access.contains(.write) ? "writes" : access.contains(.read) ? "reads" : nil
      }
    return (["\(name) \(processID)" + (operation.map { " " + $0 } ?? "")] + modes.names).joined(separator: ", ")
  }

  /// What its flags do to what is seen of the file.
  package var effects: [String] {
    effect(of: [.direct], "bypasses the page cache", past: "what it stores in its mapping does not")
      + effect(
        of: [.synchronous, .dataSynchronous], "makes each write durable as it returns, and leaves no page dirty by it",
        past: "what it stores in its mapping is dirty first")
  }

  // A mapping, or another descriptor, goes its own way.
  private func effect(of flags: Modes, _ effect: String, past mapping: String) -> [String] {
    if modes.isDisjoint(with: flags) { return [] }
    let isOfAll = !commonModes.isDisjoint(with: flags)
    let sentence = isOfAll ? effect : "one of its descriptors, and not each, \(effect)"
    return [sentence] + (self.mapping == .writable ? [mapping] : [])
  }
}

extension FileUser.Modes {
  private static let shown: [(mode: Self, name: String)] = [
    (.direct, "O_DIRECT"), (.synchronous, "O_SYNC"), (.dataSynchronous, "O_DSYNC"), (.append, "O_APPEND"),
  ]

  var names: [String] { Self.shown.filter { contains($0.mode) }.map(\.name) }
}
