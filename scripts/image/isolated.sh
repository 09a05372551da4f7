#!/bin/sh
# Runs a command in a folder as the root of its file system, with this machine's programs as the base image. The
# caller gives it a mount and a process namespace of its own (unshare): the command becomes process 1.
#
#   isolated.sh build <root> <workdir> <command …>          as root, on a writable root
#   isolated.sh run <uid> <gid> <root> <workdir> <command …>  as that user, on a read-only root with a tmpfs at /tmp
set -eu
mode=$1
shift
if [ "$mode" = run ]; then
  uid=$1 gid=$2
  shift 2
fi
root=$1 workdir=$2
shift 2

mount --bind "$root" "$root"
for name in usr bin sbin lib lib32 lib64 libx32 etc dev; do
  if [ -L "/$name" ]; then
    ln -sfn "$(readlink "/$name")" "$root/$name"
  elif [ -d "/$name" ]; then
    mkdir -p "$root/$name"
    mount --rbind "/$name" "$root/$name"
    [ "$name" = dev ] || mount -o remount,bind,ro "$root/$name"
  fi
done
mkdir -p "$root/proc" "$root/tmp" "$root/root"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"

if [ "$mode" = build ]; then
  # The cache and the settings of npm, as a cache mount of a build would give them.
  if [ -d "${NPM_CACHE:-}" ]; then
    mkdir -p "$root/root/.npm"
    mount --bind "$NPM_CACHE" "$root/root/.npm"
  fi
  if [ -f "${NPM_USER_CONFIG:-}" ]; then
    touch "$root/root/.npmrc"
    mount --bind "$NPM_USER_CONFIG" "$root/root/.npmrc"
  fi
  export HOME=/root
  exec chroot "$root" env -C "$workdir" "$@"
fi

mount -o remount,bind,ro "$root"
export HOME=/
exec chroot "$root" env -C "$workdir" setpriv --reuid="$uid" --regid="$gid" --clear-groups \
  --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
