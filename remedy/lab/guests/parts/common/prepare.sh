#!/bin/sh
# prepare.sh ROOT AUTHORIZED_KEYS: makes a guest of a fresh root file system.
# Run by mmdebstrap before it packs up, outside of the root; every flavour has this in common.
set -eu
root=$1
authorized_keys=$2
here=$(dirname "$0")
modules=/usr/lib/uml/modules

# Nothing of a guest may ask a name server: all that it knows stands here.
echo '127.0.0.1 localhost' >"$root/etc/hosts"
: >"$root/etc/resolv.conf"
echo '/dev/ubda / ext4 defaults,noatime 0 0' >"$root/etc/fstab"
install -m 755 "$here/lab-init" "$root/usr/local/sbin/lab-init"

# The kernel's modules that a guest may want to load.
for version in "$modules"/*; do
    version=${version##*/}
done
mkdir -p "$root/lib/modules/$version/kernel"
for part in fs/autofs net/ipv6 net/netfilter net/ipv4 lib; do
    [ -d "$modules/$version/kernel/$part" ] || continue
    mkdir -p "$root/lib/modules/$version/kernel/${part%/*}"
    cp -r "$modules/$version/kernel/$part" "$root/lib/modules/$version/kernel/$part"
done
cp "$modules/$version"/modules.order "$modules/$version"/modules.builtin* "$root/lib/modules/$version/"
chroot "$root" depmod "$version"

# root, and an ordinary user who may become root by the password "lab".
chroot "$root" useradd --create-home --shell /bin/bash --groups sudo admin
echo 'admin:lab' | chroot "$root" chpasswd
for home in root home/admin; do
    install -d -m 700 "$root/$home/.ssh"
    install -m 600 "$authorized_keys" "$root/$home/.ssh/authorized_keys"
done
chroot "$root" chown -R admin:admin /home/admin/.ssh

# One host key, made here so that known_hosts can have it before the first boot. Name servers would only cost time.
if [ -d "$root/etc/ssh/sshd_config.d" ]; then
    rm -f "$root"/etc/ssh/ssh_host_*
    ssh-keygen -q -t ed25519 -N '' -C lab -f "$root/etc/ssh/ssh_host_ed25519_key"
    echo 'UseDNS no' >"$root/etc/ssh/sshd_config.d/quick.conf"
fi

# What a guest has no use for, and would wait for.
[ ! -e "$root/etc/inittab" ] || sed -i /getty/d "$root/etc/inittab"
if [ -d "$root/lib/systemd/system" ]; then
    echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
    ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
    for unit in \
        apt-daily-upgrade.timer apt-daily.timer dev-hugepages.mount dev-mqueue.mount dpkg-db-backup.timer \
        e2scrub_all.timer e2scrub_reap.service fstrim.timer getty@tty1.service kmod-static-nodes.service \
        modprobe@.service proc-sys-fs-binfmt_misc.automount proc-sys-fs-binfmt_misc.mount serial-getty@tty0.service \
        sys-fs-fuse-connections.mount sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
        systemd-ask-password-console.path systemd-ask-password-wall.path systemd-binfmt.service \
        systemd-firstboot.service systemd-journal-flush.service systemd-machine-id-commit.service \
        systemd-modules-load.service systemd-network-generator.service systemd-networkd-wait-online.service \
        systemd-networkd.service systemd-networkd.socket systemd-pstore.service systemd-random-seed.service \
        systemd-repart.service systemd-resolved.service systemd-sysusers.service \
        systemd-tmpfiles-setup-dev.service systemd-udev-settle.service systemd-update-utmp-runlevel.service \
        systemd-update-utmp.service; do
        ln -sf /dev/null "$root/etc/systemd/system/$unit"
    done
fi
