import PageCache
import RangedMmap

/// Says who else has the file open.
package struct UsersAction: Action {
  let asJSON: Bool

  static let verb = Verb(
    "users", .flag("json"), help: "which other programs have the file open or mapped, and how", example: "users"
  ) { UsersAction(asJSON: $0) }

  package var words: [String] { ["users"] + (asJSON ? ["json"] : []) }
  package var isForLooking: Bool { true }

  package func perform(in session: Session) throws(CommandError) -> Event {
    asJSON ? try session.usersJSON() : try session.users()
  }
}

extension Command {
  package static func users(asJSON: Bool) -> Command { Command(UsersAction(asJSON: asJSON)) }
}

extension Session {
  func users() throws(CommandError) -> Event {
    let file = try openFile()
    do throws(PageCacheError) {
      let found = try PageCache.users(of: file.descriptor)
      var lines = found.users.filter { !$0.isSelf }.map { user in
        ([user.summary] + (user.effects.isEmpty ? [] : [user.effects.joined(separator: "; ")])).joined(separator: ": ")
      }
      if lines.isEmpty { lines = ["nobody else that may be seen has it open"] }
      if found.hiddenProcesses > 0 {
        lines.append("\(counted(found.hiddenProcesses, "process")) may not be looked at")
      }
      return Event(.output, lines, isMeasured: true)
    } catch { throw CommandError("who has this file open is unknown: \(error)") }
  }

  fileprivate func usersJSON() throws(CommandError) -> Event {
    let file = try openFile()
    var found: FileUsers?
    var reason: PageCacheError?
    do throws(PageCacheError) { found = try PageCache.users(of: file.descriptor) } catch { reason = error }
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
}
