# umlab debug pc -- -batch -x solution.gdb
um-module-path exercise
# Stop in the write of the program, then in the driver, and make the wrong number right.
um-break-syscall write sh
shell umlab exec pc -- sh -c 'echo 1 > /dev/vault' &
continue
break *vault_try
continue
bt
print secret
set variable $rdi = secret
delete
