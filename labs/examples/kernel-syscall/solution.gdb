# umlab debug pc -- -batch -x solution.gdb
um-module-path exercise
# The program's write; then the driver's own function, in which the number becomes the right one.
um-break-syscall write sh
shell umlab exec pc -- sh -c 'echo 1 > /dev/vault' &
continue
break *vault_try
continue
bt
print secret
set variable $rdi = secret
delete
