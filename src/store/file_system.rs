//! On what kind of file system a folder lies: on those of a network neither locks nor the write-ahead log can be trusted.

use std::fs;
use std::path::Path;

/// Where Linux tells what is mounted where.
const MOUNTS: &str = "/proc/self/mounts";

/// File systems on which several machines can write, or whose locks are a server's.
const OF_A_NETWORK: [&str; 22] = [
    "9p",
    "acfs",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "gfs",
    "gfs2",
    "glusterfs",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "orangefs",
    "panfs",
    "smb2",
    "smb3",
    "smbfs",
    "vboxsf",
];

/// Those that are a network's though they come through FUSE; others, such as `fuse.ntfs`, lie on this machine.
const THROUGH_FUSE: [&str; 9] = [
    "fuse.sshfs",
    "fuse.glusterfs",
    "fuse.s3fs",
    "fuse.rclone",
    "fuse.gcsfuse",
    "fuse.davfs",
    "fuse.curlftpfs",
    "fuse.cephfs",
    "fuse.juicefs",
];

/// The kind of network file system that a path lies on; `None` on all others, and where the system does not tell.
pub fn network_kind(path: &Path) -> Option<String> {
    kind_in(&fs::read_to_string(MOUNTS).ok()?, path).filter(|kind| is_of_a_network(kind))
}

fn is_of_a_network(kind: &str) -> bool {
    OF_A_NETWORK.contains(&kind) || THROUGH_FUSE.contains(&kind)
}

/// The kind of file system of the mount that an absolute path lies below. The last of several at one place is on top.
fn kind_in(mounts: &str, path: &Path) -> Option<String> {
    let mut nearest: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let mut words = line.split(' ').skip(1);
        let (Some(place), Some(kind)) = (words.next(), words.next()) else {
            continue;
        };
        let place = unescaped(place);
        let depth = Path::new(&place).components().count();
        if path.starts_with(&place) && nearest.is_none_or(|(other, _)| depth >= other) {
            nearest = Some((depth, kind));
        }
    }
    nearest.map(|(_, kind)| kind.to_owned())
}

/// A name in the table of mounts, where blanks and backslashes stand as three octal digits.
fn unescaped(name: &str) -> String {
    [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ]
    .into_iter()
    .fold(name.to_owned(), |name, (code, character)| {
        name.replace(code, character)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mount_says_whether_it_is_a_networks() {
        let mounts = "/dev/vda / ext4 rw 0 0\n\
                      server:/data /data nfs4 rw 0 0\n\
                      tmpfs /data/us/tmp tmpfs rw 0 0\n\
                      //share /mnt/team\\040share cifs rw 0 0\n\
                      me@host:/ /mnt/far fuse.sshfs rw 0 0\n\
                      /dev/sdb /mnt/stick fuseblk rw 0 0\n\
                      odd line\n";
        let told =
            |path: &str| kind_in(mounts, Path::new(path)).filter(|kind| is_of_a_network(kind));
        assert_eq!(told("/data/us/docs/.pm-kb").as_deref(), Some("nfs4"));
        assert_eq!(told("/data/us/tmp/.pm-kb"), None);
        assert_eq!(told("/database/.pm-kb"), None);
        assert_eq!(told("/mnt/team share/.pm-kb").as_deref(), Some("cifs"));
        assert_eq!(told("/mnt/far/.pm-kb").as_deref(), Some("fuse.sshfs"));
        assert_eq!(told("/mnt/stick/.pm-kb"), None);
    }

    #[test]
    fn the_folder_of_the_tests_is_on_this_machine() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(network_kind(folder.path()), None);
    }
}
